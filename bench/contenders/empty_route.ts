import { Hono } from "hono";
import { PAYMENT_PATH } from "../fleet.ts";
import type { Contender } from "./contender.ts";

/** What Hono and Deno take by themselves: the route of a payment, and nothing in it. */
export function openEmptyRoute(): Pick<Required<Contender>, "fetch" | "close"> {
  const app = new Hono();
  app.post(PAYMENT_PATH, (context) => context.json({ message: "ok" }));
  return { fetch: app.fetch, close: () => Promise.resolve() };
}
