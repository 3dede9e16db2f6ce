import { assert, assertEquals } from "@std/assert";
import { FLEET, FLEET_KEY, openTestKese } from "../../support/kese.ts";

Deno.test("GET /docs and GET /masa name a fleet's key in development alone", async () => {
  await using open = await openTestKese({
    environment: { tryOut: { filo: FLEET, key: FLEET_KEY } },
  });
  await using closed = await openTestKese();
  for (const path of ["/docs", "/masa"]) {
    assert((await (await open.app.request(path)).text()).includes(`data-key="${FLEET_KEY}"`));
    assert(!(await (await closed.app.request(path)).text()).includes("data-key"));
  }
});

Deno.test("GET /masa, as every page, runs and loads nothing but Kese's own files, and stands in no frame", async () => {
  await using kese = await openTestKese();
  for (const path of ["/", "/docs", "/masa"]) {
    const page = await kese.app.request(path, { headers: { accept: "text/html" } });
    const policy = page.headers.get("content-security-policy") ?? "";
    assert(policy.includes("default-src 'none'") && policy.includes("script-src 'self'"), policy);
    assert(policy.includes("frame-ancestors 'none'") && !policy.includes("unsafe"), policy);
    assertEquals(page.headers.get("x-content-type-options"), "nosniff");
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = ""]) => url);
    assertEquals(loaded.filter((url) => !/^\/[a-z]*/.test(url)), []);
    assert(!/<style|style=|<script(?![^>]*src=)| on\w+=/.test(html), html);
  }
});

Deno.test("GET /docs answers 304 to whoever has the page", async () => {
  await using kese = await openTestKese();
  const etag = (await kese.app.request("/docs")).headers.get("etag") ?? "";
  const again = await kese.app.request("/docs", { headers: { "if-none-match": etag } });
  assertEquals(again.status, 304);
});
