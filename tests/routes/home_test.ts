import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { createUser, FLEET, FLEET_KEY, openTestKese, send } from "../support/kese.ts";

const ANYONE = { bearer: null, filo: null };
const TRY_OUT = { environment: { tryOut: { filo: FLEET, key: FLEET_KEY } } };
/** As Chrome sends it. */
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

Deno.test("GET / says what this is, and where to go on", async () => {
  await using kese = await openTestKese();
  const { status, body } = await send(kese, "GET /", ANYONE);
  assertEquals([status, body.name, body.version], [200, "Kese", config.version]);
  assertEquals(body.links, {
    reference: "http://localhost:5000/docs",
    desk: "http://localhost:5000/masa",
    openapi: "http://localhost:5000/openapi.json",
    health: "http://localhost:5000/health/ready",
  });
  const english = await send(kese, "GET /", { ...ANYONE, headers: { "accept-language": "en" } });
  assertEquals(english.body.message, "A stored-card wallet API.");
  assertEquals(english.body.firstPayment[0].step, "Save a card");
});

Deno.test("GET / has a first payment that works as it stands", async () => {
  await using kese = await openTestKese(TRY_OUT);
  await createUser(kese, "123456", "0");
  const { body } = await send(kese, "GET /", ANYONE);
  const answers = [];
  for (const { command } of body.firstPayment) answers.push(await runCurl(kese, command));
  assertEquals(answers.map(({ status }) => status), [201, 201, 201]);
  assertEquals(answers.at(-1)?.body.balance, "89.50");
});

Deno.test("GET / names no fleet and no key outside development", async () => {
  await using kese = await openTestKese();
  const { text } = await send(kese, "GET /", ANYONE);
  assert(!text.includes(FLEET) && !text.includes(FLEET_KEY), text);
  assert(text.includes("Filo: <filo>"), text);
});

Deno.test("GET / gives a browser the same as a page", async () => {
  await using kese = await openTestKese(TRY_OUT);
  for (const language of ["tr", "en"]) {
    const headers = { "accept-language": language };
    const page = await kese.app.request("/", { headers: { ...headers, accept: BROWSER } });
    assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
    assertEquals(page.headers.get("content-language"), language);
    const html = unescape(await page.text());
    const { body } = await send(kese, "GET /", { ...ANYONE, headers });
    for (const { step, command } of body.firstPayment) {
      assert(html.includes(`# ${step}\n${command}`), command);
    }
    for (const link of Object.values<string>(body.links).slice(0, 3)) {
      assert(html.includes(`href="${new URL(link).pathname}"`), link);
    }
    assert(html.includes(body.version) && html.includes(`lang="${language}"`));
  }
});

/** Sends what a command of curl's would send. */
function runCurl(kese: Parameters<typeof send>[0], command: string) {
  const [, url = ""] = /curl (\S+)/.exec(command) ?? [];
  const headers = Object.fromEntries(
    [...command.matchAll(/-H '([^:']+): ([^']*)'/g)].map(([, name = "", value = ""]) =>
      [name, value] as const
    ),
  );
  const [, raw = ""] = /-d '([^']*)'/.exec(command) ?? [];
  return send(kese, `POST ${new URL(url).pathname}`, { ...ANYONE, headers, raw });
}

function unescape(html: string): string {
  return html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
