import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Page, Request as PageRequest } from "playwright-core";
import { assertAddsUp, saveCard, sendWell } from "../../support/answers.ts";
import { type OpenPage, withBrowser } from "../../support/browser.ts";
import { createPatientClock } from "../../support/clock.ts";
import { createUser, openTestKese, type TestKese } from "../../support/kese.ts";

const WANTS_THE_USER = "4000000000003220";

/** Kese as a browser reaches it, and the fleet's own page at another origin. */
interface Scene extends AsyncDisposable {
  readonly kese: TestKese;
  readonly origins: readonly [kese: string, fleet: string];
  /** Starts a top-up of 50.00 on a card whose bank wants the user; gives where they have to go. */
  startTopUp(more?: { readonly returnUrl: string }): Promise<{ topUpId: string; url: string }>;
}

async function openScene(): Promise<Scene> {
  const listen = (handler: (request: Request) => Response | Promise<Response>) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const api = listen((request) => kese.app.fetch(request));
  const fleet = listen(() =>
    new Response("<!doctype html><link rel=icon href=data:,><h1>Wallet</h1>", {
      headers: { "content-type": "text/html" },
    })
  );
  const [publicUrl, fleetUrl] = [api, fleet].map(({ addr }) => `http://127.0.0.1:${addr.port}`);
  const origins = [publicUrl ?? "", fleetUrl ?? ""] as const;
  const kese: TestKese = await openTestKese({
    environment: { publicUrl: origins[0], returnOrigins: [origins[1]] },
    // A slow machine must not turn an outcome into a pending one.
    clock: createPatientClock(),
  });
  await createUser(kese, "1");
  await saveCard(kese, "1", WANTS_THE_USER);
  return {
    kese,
    origins,
    startTopUp: async (more) => {
      const json = { userNo: "1", balance: "50", ...more };
      const { body } = await sendWell(kese, "POST /update_balance", { json });
      return { topUpId: body.topUpId, url: body.action.url };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([api.shutdown(), fleet.shutdown()]);
      await kese.close();
    },
  };
}

/** Whatever a journey did, the browser was asked for nothing foreign and met nothing forbidden. */
function assertClean({ foreign, policyReports, errors }: OpenPage): void {
  assertEquals({ foreign, policyReports, errors }, { foreign: [], policyReports: [], errors: [] });
}

/** Presses a button of the bank's page, and gives what the browser posted. */
async function press(page: Page, name: string): Promise<PageRequest> {
  const posted = page.waitForRequest((request) => request.method() === "POST");
  await page.getByRole("button", { name }).click();
  const request = await posted;
  await (await request.response())?.finished();
  return request;
}

withBrowser("the bank's page leads back to the fleet's, and the balance is there", async (open) => {
  await using scene = await openScene();
  const { kese, origins: [api, fleet] } = scene;
  const { topUpId, url } = await scene.startTopUp({ returnUrl: `${fleet}/wallet?tab=1` });
  const opened = await open({ origins: [api, fleet] });
  const { page } = opened;
  // A cookie of Kese's address, whoever set it: the way back must work without it.
  await page.context().addCookies([{ name: "other", value: "1", url: api, sameSite: "Lax" }]);
  await page.goto(`${fleet}/wallet`);
  await page.evaluate((url) => void (location.href = url), url);
  await page.getByRole("heading", { name: "Sandbox bankası" }).waitFor();
  assertStringIncludes(await page.locator("p").innerText(), "50.00 TRY");
  const posted = await press(page, "Onayla / Approve");
  await page.waitForURL(`${fleet}/**`);
  const back = `${fleet}/wallet?tab=1&topUpId=${topUpId}&status=credited`;
  assertEquals(page.url(), back);
  assertEquals(posted.url(), `${api}/update_balance/${topUpId}/donus`);
  const { cookie, origin } = await posted.allHeaders();
  assertEquals([cookie, origin], [undefined, "null"]);
  assertEquals(await assertAddsUp(kese, "1"), "150.00");

  // Back in the browser's history the bank's page is not shown again, and the same form changes nothing.
  await page.goBack();
  await page.waitForURL(back);
  const again = await fetch(posted.url(), {
    method: "POST",
    body: posted.postData(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    redirect: "manual",
  });
  await again.body?.cancel();
  assertEquals([again.status, again.headers.get("location")], [303, back]);
  assertEquals(again.headers.get("set-cookie"), null);
  assertEquals(await assertAddsUp(kese, "1"), "150.00");
  assertEquals(await page.context().cookies(api).then((all) => all.length), 1);
  assertClean(opened);
});

withBrowser(
  "the bank's page ends on one of Kese's for a user who has nowhere to go back to",
  async (open) => {
    await using scene = await openScene();
    const { kese, origins: [api] } = scene;
    const { url } = await scene.startTopUp();
    const opened = await open({ origins: [api] });
    const { page } = opened;
    await page.goto(url);
    await press(page, "Reddet / Refuse");
    await page.getByRole("heading", { name: "Bakiye yüklenemedi." }).waitFor();
    // The same form once more, as the browser offers it.
    await page.reload();
    await page.getByRole("heading", { name: "Bakiye yüklenemedi." }).waitFor();
    assertEquals(await assertAddsUp(kese, "1"), "100.00");
    assertClean(opened);
  },
);
