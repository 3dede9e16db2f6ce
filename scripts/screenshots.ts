/**
 * Makes the pictures of docs/pages.md again: opens Kese in memory with a week of rides, and looks at its
 * pages with the Chromium that the tests use. Time stands still, so that a picture changes only when its
 * page does.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type Browser, chromium, type Page } from "playwright-core";
import { createSystemClock } from "../infra/process/clock.ts";
import { completeForDevelopment } from "../infra/process/development.ts";
import { loadSamplesIntoEmptyStore } from "../infra/process/sample_users.ts";
import { openKese, readEnvironmentOrExit } from "../main.ts";
import { findChromium } from "./services/chromium.ts";

const DOCS = new URL("../docs/", import.meta.url);
/** What the pages say is their own address: nobody listens there. */
const ADDRESS = "http://localhost:5000";
const SIZE = { width: 1100, height: 720 };
const USER = "123456";
const HOUR_MILLISECONDS = 3_600_000;
const FIRST_DAY = Date.parse("2026-03-02T00:00:00+03:00");
const DAYS = 7;

let now = FIRST_DAY;
const environment = readEnvironmentOrExit(
  await completeForDevelopment({
    KESE_ENV: "development",
    SQLITE_PATH: ":memory:",
    LOG_LEVEL: "error",
  }),
);
await using kese = await openKese(environment, {
  clock: { ...createSystemClock(), now: () => now },
});
await loadSamplesIntoEmptyStore(kese.store, { ...environment, ports: kese.dependencies });
for (let day = 0; day < DAYS; day++) await ride(day);
const browser = await chromium.launch({
  executablePath: await findChromium(),
  args: ["--no-sandbox"],
});
try {
  await takeAll(browser);
} finally {
  await browser.close();
}

/** A day of user 123456: a top-up, then rides, more of them when people go to work and home. */
async function ride(day: number): Promise<void> {
  const hours = [7, 8, 8, 9, 12, 13, 17, 18, 18, 18, 19, 22].slice(0, 7 + (day * 3) % 6);
  now = FIRST_DAY + (day * 24 + 6) * HOUR_MILLISECONDS;
  if (day === 0) await post("/kart-saklama", { cardNo: "5555 5555 5555 4444", alias: "İş" });
  await post("/update_balance", { balance: "400.00" });
  for (const [place, hour] of hours.entries()) {
    now = FIRST_DAY + (day * 24 + hour) * HOUR_MILLISECONDS + place * 60_000;
    const minutes = 6 + (day * 7 + place * 5) % 19;
    await post("/kart-saklamali-odeme", {
      amount: (9.9 + minutes * 1.85).toFixed(2),
      orderId: `ride-${2093 + day * 12 + place}`,
      description: `Kadıköy - Moda, ${minutes} dakika`,
    });
  }
  if (day === DAYS - 1) await post("/provizyon", { amount: "50.00", orderId: "ride-2177" });
}

async function post(path: string, json: object): Promise<void> {
  const { filo = "", key = "" } = environment.tryOut ?? {};
  const answer = await kese.app.request(path, {
    method: "POST",
    headers: { filo, "authorization": `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ userNo: USER, ...json }),
  });
  if (!answer.ok) throw new Error(`Cannot prepare the pictures: ${await answer.text()}`);
}

async function takeAll(browser: Browser): Promise<void> {
  const page = await openPage(browser);
  await page.goto(ADDRESS);
  await take(page, "home");
  await page.goto(`${ADDRESS}/docs`);
  const operation = page.locator("#operations-payments-pay");
  await operation.locator(".opblock-summary-control").click();
  await operation.locator("textarea").waitFor();
  await page.waitForLoadState("networkidle");
  await operation.evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  await take(page, "reference");
  // Not before: Swagger UI waits by the clock.
  await page.clock.setFixedTime(now);
  await page.goto(`${ADDRESS}/masa`);
  await page.getByRole("button", { name: "Gir" }).click();
  await page.getByRole("link", { name: USER }).click();
  await page.getByRole("button", { name: "İade et" }).first().waitFor();
  await take(page, "desk", {
    clip: { x: 0, y: 0, width: SIZE.width, height: 1_100 },
    fullPage: true,
  });
  await page.getByRole("link", { name: "Gün sonu" }).click();
  await page.locator(".chart").nth(1).waitFor();
  await take(page, "desk_day", { fullPage: true });
}

/** A page whose requests are answered by this process, at the address of which the pages speak. */
async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZE, locale: "tr-TR" });
  await context.route("**/*", async (route) => {
    const request = route.request();
    const answer = await kese.app.request(request.url(), {
      method: request.method(),
      headers: await request.allHeaders(),
      body: request.postData(),
    });
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  });
  return await context.newPage();
}

async function take(page: Page, name: string, options = {}): Promise<void> {
  await page.waitForLoadState("networkidle");
  const picture = await page.screenshot({ animations: "disabled", ...options });
  await Deno.writeFile(new URL(`${name}.png`, DOCS), picture);
  console.log(`docs/${name}.png`);
}
