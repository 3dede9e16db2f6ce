import { Hono } from "hono";
import type { Contender } from "./contender.ts";

/** What Hono and Deno take by themselves: the route of a payment, and nothing in it. */
export function openEmptyRoute(): Contender {
  const app = new Hono();
  app.post("/kart-saklamali-odeme", (context) => context.json({ message: "ok" }));
  return { fetch: app.fetch, close: () => Promise.resolve() };
}
