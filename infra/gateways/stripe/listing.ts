import { z } from "zod";
import { unclear } from "../http.ts";
import { type Calls, describe } from "./calls.ts";
import type { FormFields } from "./form.ts";

const PAGE = 100;
/** More than one card or one charge has. */
const PAGES_MAX = 10;

const page = z.object({
  has_more: z.boolean(),
  data: z.array(z.object({ id: z.string() }).loose()),
});

/** Reads a whole list, the newest first. Throws if it is longer than anything that Kese leaves behind. */
export async function listAll(
  calls: Calls,
  { name, query }: { readonly name: "payment_intents" | "refunds"; readonly query: FormFields },
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const all: { readonly id: string }[] = [];
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const last = all.at(-1)?.id;
    const reply = await calls({
      name,
      path: `/v1/${name}`,
      query: { ...query, limit: PAGE, ...(last !== undefined && { starting_after: last }) },
    }, signal);
    if (reply.kind === "refused") throw unclear("Stripe", name, describe(reply));
    const read = page.safeParse(reply.data).data;
    if (read === undefined) throw unclear("Stripe", name, "its list cannot be read");
    all.push(...read.data);
    if (!read.has_more) return all;
  }
  throw unclear("Stripe", name, "its list is too long");
}
