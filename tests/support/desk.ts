import { assertEquals } from "@std/assert";
import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Page } from "playwright-core";
import type { OpenPage, OpenPageIn } from "./browser.ts";
import { FLEET, FLEET_KEY } from "./kese.ts";
import type { ListeningKese } from "./listening.ts";

/** A browser is slow while other tests keep the machine busy. */
const PATIENCE_MILLISECONDS = 60_000;

interface DeskOptions {
  readonly language?: "tr" | "en";
  readonly size?: { readonly width: number; readonly height: number };
  readonly key?: string;
}

/** Opens the desk in a fresh tab and signs in. */
export async function openDesk(
  open: OpenPageIn,
  { kese, url }: ListeningKese,
  { language = "tr", key = FLEET_KEY, ...size }: DeskOptions = {},
): Promise<OpenPage> {
  const opened = await open({ origins: [url], language, ...size });
  const { page } = opened;
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  // The desk's today is the day of its own machine, which here is Kese's.
  await page.clock.setFixedTime(kese.clock.now());
  await page.goto(`${url}/masa`);
  await page.getByLabel(language === "tr" ? "Filo" : "Fleet").fill(FLEET);
  await page.getByLabel(language === "tr" ? "Anahtar" : "Key").fill(key);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation").waitFor();
  return opened;
}

/** Goes to a page of the desk by the part of its address after `#/`, and waits for what it loads. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate((place) => void (location.hash = `#/${place}`), place);
  await settle(page);
}

/** Waits until nothing on the page is loading any more. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { document } = globalThis as unknown as {
      document: { querySelector(selector: string): unknown };
    };
    return document.querySelector("main h1, main form, main section") !== null &&
      document.querySelector("[aria-busy]") === null;
  });
}

/** Fails with what axe finds serious on the page, and when the page is wider than its window. */
export async function assertUsable(page: Page): Promise<void> {
  // Evaluated and not added as a script, which the page's policy would forbid.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe, document } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    const { violations } = await axe.run();
    const { scrollWidth, clientWidth } = document.documentElement;
    return {
      overflow: scrollWidth - clientWidth,
      violations: violations.map(({ id, impact, nodes }) => `${impact}: ${id} ${nodes[0]?.html}`),
    };
  });
  const serious = found.violations.filter((violation) => /^(serious|critical)/.test(violation));
  assertEquals({ serious, overflow: found.overflow }, { serious: [], overflow: 0 });
}
