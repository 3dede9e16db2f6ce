import { assertEquals } from "@std/assert";
import { readRetryAfter } from "../../../infra/webhooks/retry_after.ts";

const NOW = Date.UTC(2026, 2, 1, 9, 30);

Deno.test("readRetryAfter() reads seconds and dates of HTTP, and nothing else", () => {
  const table: readonly (readonly [text: string | undefined, milliseconds: number | undefined])[] =
    [
      ["0", 0],
      ["120", 120_000],
      ["99999999999999999999", 99999999999999999999000],
      ["Sun, 01 Mar 2026 09:31:00 GMT", 60_000],
      // Over already, or its clock is slow.
      ["Sun, 01 Mar 2026 09:29:00 GMT", 0],
      [undefined, undefined],
      ["", undefined],
      ["-5", undefined],
      ["1.5", undefined],
      ["5 s", undefined],
      ["soon GMT", undefined],
      ["2026-03-01T09:31:00Z", undefined],
      ["1".repeat(41), undefined],
    ];
  for (const [text, milliseconds] of table) {
    assertEquals(readRetryAfter(text, NOW), milliseconds, text);
  }
});
