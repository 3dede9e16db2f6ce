/**
 * Tests of pages in a real browser. Without one they are skipped, or fail where services are required.
 *
 * @module
 */

import fs from "node:fs";
import type { Browser, Page } from "playwright-core";
import {
  areServicesRequired,
  CHROMIUM,
  LEFT_OUT,
  readVariable,
} from "../../scripts/services/variables.ts";

/** A page of a fresh profile, and what it did that a test must know. */
export interface OpenPage {
  readonly page: Page;
  /** Requests to other origins than those that were named. */
  readonly foreign: readonly string[];
  /** What a Content-Security-Policy forbade. */
  readonly policyReports: readonly string[];
  /** Errors that the page or one of its scripts wrote to the console, and those that nobody caught. */
  readonly errors: readonly string[];
}

export interface OpenOptions {
  /** The origins that the page may ask for anything. */
  readonly origins: readonly string[];
  readonly language?: "tr" | "en";
  readonly size?: { readonly width: number; readonly height: number };
}

/** Opens a page, which is closed after the test. */
export type OpenPageIn = (options: OpenOptions) => Promise<OpenPage>;

const MARK = "content-security-policy: ";
/** A page is on this machine: what takes longer never comes. */
const PATIENCE_MILLISECONDS = 10_000;

/** The one browser of a test file; it starts with the first test that needs it. */
let browser: Promise<Browser> | undefined;

/**
 * Registers a test of pages in a browser.
 *
 * @param name The test's name, as for `Deno.test`.
 */
export function withBrowser(name: string, test: (open: OpenPageIn) => Promise<void>): void {
  const path = readVariable(CHROMIUM);
  const ignore = path === LEFT_OUT || (path === undefined && !areServicesRequired());
  // The browser outlives the test: the next one of the same file uses it.
  Deno.test({ name, ignore, sanitizeOps: false, sanitizeResources: false }, async () => {
    if (path === undefined) {
      throw new Error("Cannot test without Chromium: `deno task test` says why it is missing");
    }
    const { newContext } = bind(await (browser ??= launch(path)));
    const contexts: { close(): Promise<void> }[] = [];
    try {
      await test(async (options) => {
        const context = await newContext(options);
        contexts.push(context);
        return await openPage(await context.newPage(), options);
      });
    } finally {
      for (const context of contexts) await context.close();
    }
  });
}

Deno.test.afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});

function bind(running: Browser) {
  return {
    newContext: async ({ language = "tr", size = { width: 1280, height: 800 } }: OpenOptions) => {
      const context = await running.newContext({ locale: language, viewport: size });
      context.setDefaultTimeout(PATIENCE_MILLISECONDS);
      return context;
    },
  };
}

async function openPage(page: Page, { origins }: OpenOptions): Promise<OpenPage> {
  const foreign: string[] = [];
  const policyReports: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && !origins.includes(origin)) foreign.push(request.url());
  });
  page.on("console", (message) => {
    const text = message.text();
    if (text.startsWith(MARK)) policyReports.push(text.slice(MARK.length));
    else if (message.type() === "error") errors.push(text);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.addInitScript((mark) => {
    globalThis.addEventListener("securitypolicyviolation", (event) => {
      const { blockedURI, effectiveDirective } = event as unknown as Record<string, string>;
      console.debug(`${mark}${effectiveDirective} ${blockedURI}`);
    });
  }, MARK);
  return { page, foreign, policyReports, errors };
}

/** Starts Chromium without a network: a name other than this machine's leads nowhere. */
async function launch(executablePath: string): Promise<Browser> {
  // It looks for a file that only a test that may do everything may look for.
  const { existsSync } = fs;
  fs.existsSync = (path) => {
    try {
      return existsSync(path);
    } catch {
      return false;
    }
  };
  const { chromium } = await import("playwright-core");
  return await chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
}
