import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { CLIENT_DIRECTORY } from "../../scripts/client.ts";
import { assertAddsUp } from "../support/answers.ts";
import { withBrowser } from "../support/browser.ts";
import { createUser, signIn, type TestOptions } from "../support/kese.ts";
import { assertClean, listen, openListeningKese } from "../support/listening.ts";

/** A rider's app: a page that loads the client as it is published, and has no build step. */
const APP = `<!doctype html>
<link rel="icon" href="data:,">
<script type="importmap">
{ "imports": { "kese-client": "/client/mod.js", "openapi-fetch": "/openapi-fetch.js" } }
</script>
<script type="module">
import { createKese, orThrow } from "kese-client";
globalThis.pay = async ({ url, session, body }) => {
  const kese = createKese({ url, session, language: "en", attempts: 2 });
  const params = { header: { "Idempotency-Key": "ride-1" } };
  const first = orThrow(await kese.POST("/kart-saklamali-odeme", { params, body }));
  const { data, response } = await kese.POST("/kart-saklamali-odeme", { params, body });
  const { error } = await kese.POST("/kart-saklamali-odeme", { body: { amount: "500.00" } });
  const { available } = orThrow(await kese.GET("/bakiye"));
  return {
    paysOnce: first.paymentId === data.paymentId,
    replayed: response.headers.get("idempotent-replayed"),
    refused: error.code,
    available,
  };
};
document.title = "ready";
</script>`;
const FETCHING = new URL(import.meta.resolve("openapi-fetch"));

/** Serves the app at an origin of its own, with what it loads. */
function serveApp() {
  return listen(async ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === "/") return new Response(APP, { headers: { "content-type": "text/html" } });
    const [, name] = /^\/client\/(\w+\.js)$/.exec(pathname) ?? [];
    const file = name === undefined ? FETCHING : new URL(`dist/${name}`, CLIENT_DIRECTORY);
    const headers = { "content-type": "text/javascript" };
    return new Response(await Deno.readTextFile(file), { headers });
  });
}

interface Paying {
  readonly url: string;
  readonly session: string;
  readonly body: { readonly amount: string };
}

/** Has the app pay, and gives what it saw, or the name of the error that it met. */
async function payFrom(page: Page, app: string, paying: Paying): Promise<unknown> {
  await page.goto(app);
  await page.waitForFunction("document.title === 'ready'");
  return await page.evaluate(async (paying) => {
    const { pay } = globalThis as unknown as { pay: (paying: Paying) => Promise<unknown> };
    return await pay(paying).catch(({ name }: Error) => name);
  }, paying);
}

withBrowser(
  "createKese() pays from a browser at an origin that Kese lets in, and from no other",
  async (open) => {
    await using allowed = serveApp();
    await using refused = serveApp();
    const production: TestOptions = {
      environment: { mode: "production", corsOrigins: [allowed.url] },
    };
    await using scene = await openListeningKese(production);
    await createUser(scene.kese, "1");
    const session = await signIn(scene.kese, "1");
    const paying = { url: scene.url, session, body: { amount: "10.50" } };

    const stranger = await open({ origins: [scene.url, refused.url] });
    assertEquals(await payFrom(stranger.page, refused.url, paying), "TypeError");
    assertEquals(await assertAddsUp(scene.kese, "1"), "100.00");

    const friend = await open({ origins: [scene.url, allowed.url] });
    assertEquals(await payFrom(friend.page, allowed.url, paying), {
      paysOnce: true,
      replayed: "true",
      refused: "insufficient_balance",
      available: "89.50",
    });
    assertEquals(await assertAddsUp(scene.kese, "1"), "89.50");
    // A browser writes a refusal to the console as it comes; nothing else may stand there.
    const [refusal, ...others] = friend.errors;
    assertMatch(refusal ?? "", /402/);
    assertClean({ ...friend, errors: others });
  },
);
