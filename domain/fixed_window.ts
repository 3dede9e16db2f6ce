import type { Instant } from "./account.ts";

/** Something that is counted in windows of a fixed length. */
export interface FixedWindow {
  readonly windowSeconds: number;
}

/** When the current window began: windows begin at whole multiples of their length. */
export function windowStart({ windowSeconds }: FixedWindow, now: Instant): Instant {
  return now - now % (windowSeconds * 1_000);
}

/** The name of a counter. It holds the length, because one key may have limits of several lengths. */
export function counterKey({ windowSeconds, key }: FixedWindow & { readonly key: string }): string {
  return `${windowSeconds}:${key}`;
}

/** The limit with the time after which trying again makes sense: when the next window begins. */
export function toExceeded<Limit extends FixedWindow>(
  limit: Limit,
  now: Instant,
): Limit & { readonly retryAfterSeconds: number } {
  const next = windowStart(limit, now) + limit.windowSeconds * 1_000;
  return { ...limit, retryAfterSeconds: Math.max(1, Math.ceil((next - now) / 1_000)) };
}
