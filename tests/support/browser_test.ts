import { assertEquals, assertStringIncludes } from "@std/assert";
import { withBrowser } from "./browser.ts";

const PAGE = `<!doctype html><link rel="icon" href="data:,">
<img src="http://elsewhere.example/1.png">
<script>document.title = "It ran"</script>`;

withBrowser(
  "withBrowser() sees what a page asks of others, and what its policy forbids",
  async (open) => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () =>
        new Response(PAGE, {
          headers: { "content-type": "text/html", "content-security-policy": "script-src 'none'" },
        }),
    );
    await using _ = {
      [Symbol.asyncDispose]: () => server.shutdown(),
    };
    const origin = `http://127.0.0.1:${server.addr.port}`;
    const { page, foreign, policyReports, errors } = await open({ origins: [origin] });
    await page.goto(origin);
    assertEquals(await page.title(), "");
    assertEquals(foreign, ["http://elsewhere.example/1.png"]);
    assertEquals(policyReports, ["script-src-elem inline"]);
    assertStringIncludes(errors.join("\n"), "ERR_NAME_NOT_RESOLVED");
  },
);
