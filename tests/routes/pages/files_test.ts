import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { FILES } from "../../../routes/pages/file_list.ts";
import { openTestKese, send } from "../../support/kese.ts";

const BROWSER_FILES = new URL("../../../routes/pages/browser/", import.meta.url);

Deno.test("sendFile() gives every file under its type, and 304 to whoever has it", async () => {
  await using kese = await openTestKese();
  for (const name of FILES.keys()) {
    const answer = await kese.app.request(`/static/${name}`);
    const { headers } = answer;
    assertEquals(answer.status, 200, name);
    assertMatch(
      headers.get("content-type") ?? "",
      /^(text\/(css|javascript); charset=utf-8|image\/svg\+xml)$/,
    );
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("cache-control"), "no-cache");
    assert((await answer.text()).length > 0, name);
    const etag = headers.get("etag") ?? "";
    const again = await kese.app.request(`/static/${name}`, { headers: { "if-none-match": etag } });
    assertEquals([again.status, await again.text()], [304, ""], name);
  }
});

Deno.test("sendFile() compresses for whoever takes it, and for nobody else", async () => {
  await using kese = await openTestKese();
  const plain = await (await kese.app.request("/static/kese.css")).text();
  const table = [
    ["gzip, deflate, br", "gzip"],
    ["gzip;q=0.5", "gzip"],
    ["gzip;q=0, br", null],
    ["br", null],
    ["x-gzipped", null],
  ] as const;
  for (const [accepted, encoding] of table) {
    const headers = { "accept-encoding": accepted };
    const answer = await kese.app.request("/static/kese.css", { headers });
    assertEquals(answer.headers.get("content-encoding"), encoding, accepted);
    assertEquals(answer.headers.get("vary")?.includes("Accept-Encoding"), true);
    const { body } = answer;
    const text = encoding === null || body === null
      ? await answer.text()
      : await new Response(body.pipeThrough(new DecompressionStream("gzip"))).text();
    assertEquals(text, plain);
  }
});

Deno.test("sendFile() serves what is listed and nothing else, and every file of a page is listed", async () => {
  await using kese = await openTestKese();
  const outside = ["../page.ts", "%2e%2e/page.ts", "page.ts", "desk", "", "constructor", "desk/"];
  for (const name of outside) {
    const { status } = await send(kese, `GET /static/${name}`);
    assertEquals(status, 404, name);
  }
  for await (const name of namesUnder("")) assert(FILES.has(name), name);
});

Deno.test("sendFile() sends what Kese's own pages load in 50 KB, because telephones wait for it", async () => {
  await using kese = await openTestKese();
  let bytes = 0;
  for (const name of [...FILES.keys()].filter((name) => !name.startsWith("swagger-ui"))) {
    const headers = { "accept-encoding": "gzip" };
    const answer = await kese.app.request(`/static/${name}`, { headers });
    bytes += (await answer.arrayBuffer()).byteLength;
  }
  assertLess(bytes, 50_000);
});

async function* namesUnder(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(directory, BROWSER_FILES))) {
    if (isDirectory) yield* namesUnder(`${directory}${name}/`);
    else yield directory + name;
  }
}
