import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { assertAddsUp } from "../../support/answers.ts";
import { withBrowser } from "../../support/browser.ts";
import { assertUsable } from "../../support/desk.ts";
import { createUser, FLEET, FLEET_KEY, type TestOptions } from "../../support/kese.ts";
import { assertClean, listen, openListeningKese } from "../../support/listening.ts";

/** The reference draws every operation, which takes long while other tests keep the machine busy. */
const PATIENCE_MILLISECONDS = 120_000;
const DEVELOPMENT = { environment: { tryOut: { filo: FLEET, key: FLEET_KEY } } };

withBrowser(
  "GET / shows in both languages what to paste, and leads to the reference",
  async (open) => {
    await using scene = await openListeningKese(DEVELOPMENT);
    for (
      const [language, heading, link] of [
        ["tr", "İlk ödeme", "API başvurusu"],
        ["en", "A first payment", "API reference"],
      ] as const
    ) {
      const opened = await open({
        origins: [scene.url],
        language,
        size: { width: 360, height: 740 },
      });
      const { page } = opened;
      await page.goto(scene.url);
      await page.getByRole("heading", { name: heading }).waitFor();
      assertStringIncludes(await page.locator("pre").innerText(), `Bearer ${FLEET_KEY}`);
      await assertUsable(page);
      const target = await page.getByRole("link", { name: link }).getAttribute("href");
      assertEquals(target, "/docs");
      assertClean(opened);
    }
  },
);

withBrowser("GET /docs sends a payment with the key that is filled in", async (open) => {
  await using scene = await openListeningKese(DEVELOPMENT);
  await createUser(scene.kese, "123456");
  const opened = await open({ origins: [scene.url] });
  const { page } = opened;
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  await page.goto(`${scene.url}/docs`);
  const operation = page.locator("#operations-payments-pay");
  await operation.locator(".opblock-summary-control").click();
  for (const balance of ["89.50", "79.00"]) {
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await operation.getByRole("button", { name: "Execute" }).click();
    const answer = await answered;
    assertEquals(answer.status(), 201);
    assertEquals((await answer.json()).balance, balance);
  }
  await operation.locator(".live-responses-table").waitFor();
  assertEquals(await assertAddsUp(scene.kese, "123456"), "79.00");
  assertClean(opened);
});

withBrowser("GET /docs shows what the operations refer to", async (open) => {
  await using scene = await openListeningKese(DEVELOPMENT);
  const opened = await open({ origins: [scene.url] });
  const { page } = opened;
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  await page.goto(`${scene.url}/docs`);
  const operation = page.locator("#operations-balance-get_balance");
  await operation.locator(".opblock-summary-control").click();
  await operation.locator('tr[data-param-name="userNo"]').getByText("number for its user")
    .waitFor();
  const refusal = operation.locator('.responses-table tr[data-code="404"]');
  await refusal.getByText('"urn:kese:problem:user_not_found"').waitFor();
  assertClean(opened);
});

/** Asks from a page of another origin, as an app of a fleet's would; gives what its script could read. */
async function askFrom(page: Page, url: string): Promise<string> {
  return await page.evaluate(async ([url, filo, key]) => {
    try {
      const answer = await fetch(`${url}/kart-saklamali-odeme`, {
        method: "POST",
        headers: {
          "Authorization": `Bearer ${key}`,
          "Content-Type": "application/json",
          "Filo": filo ?? "",
          "Idempotency-Key": "ride-1",
        },
        body: JSON.stringify({ userNo: "1", amount: "1.00" }),
      });
      const { headers } = answer;
      const seen = ["x-request-id", "idempotent-replayed"].map((name) => headers.get(name));
      return JSON.stringify([answer.status, ...seen]);
    } catch (error) {
      return String(error);
    }
  }, [url, FLEET, FLEET_KEY]);
}

const PAGE = "<!doctype html><link rel=icon href=data:,><h1>App</h1>";
const app = () => listen(() => new Response(PAGE, { headers: { "content-type": "text/html" } }));

withBrowser(
  "createCors() lets pages of listed origins pay and read, and nobody else's",
  async (open) => {
    await using allowed = app();
    await using refused = app();
    const production: TestOptions = {
      environment: { mode: "production", corsOrigins: [allowed.url] },
    };
    await using scene = await openListeningKese(production);
    await createUser(scene.kese, "1");
    const { page, ...friend } = await open({ origins: [scene.url, allowed.url] });
    await page.goto(allowed.url);
    assertMatch(await askFrom(page, scene.url), /^\[201,"[0-9a-f-]{36}",null\]$/);
    assertMatch(await askFrom(page, scene.url), /^\[201,"[0-9a-f-]{36}","true"\]$/);
    assertClean({ page, ...friend });

    const stranger = await open({ origins: [scene.url, refused.url] });
    await stranger.page.goto(refused.url);
    assertEquals(await askFrom(stranger.page, scene.url), "TypeError: Failed to fetch");
    assertEquals(await assertAddsUp(scene.kese, "1"), "99.00");
  },
);

withBrowser("createCors() lets any port of this machine pay in development", async (open) => {
  await using other = app();
  await using scene = await openListeningKese();
  await createUser(scene.kese, "1");
  const opened = await open({ origins: [scene.url, other.url] });
  await opened.page.goto(other.url);
  assertMatch(await askFrom(opened.page, scene.url), /^\[201,/);
  assertClean(opened);
});
