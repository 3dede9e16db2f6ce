import { assert, assertEquals } from "@std/assert";
import type { Store } from "../../infra/store.ts";
import { FLEET } from "./kese.ts";

const VAULT_PAGE = 10_000;

/** Of all users that there are: no top-up and no card refund is open, and the vault keeps their cards and no other. */
export async function assertNothingLeft(
  { accounts, vault }: Store,
  now: number,
  userNos: readonly string[],
): Promise<void> {
  const records = await vault.list({ createdBefore: now + 1, limit: VAULT_PAGE });
  assert(records.length < VAULT_PAGE);
  const named: string[] = [];
  for (const userNo of userNos) {
    const account = (await accounts.load({ filo: FLEET, userNo }))?.account;
    assertEquals(account?.openTopUps ?? [], [], userNo);
    assertEquals(account?.openCardRefunds ?? [], [], userNo);
    for (const { cardId } of account?.cards ?? []) named.push(`${userNo} ${cardId}`);
  }
  const kept = records.map(({ account, cardId }) => `${account.userNo} ${cardId}`);
  assertEquals(kept.toSorted(), named.toSorted());
}
