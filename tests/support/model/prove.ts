import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { DECLINES_PER_CARD_AND_HOUR, HOUR_MILLISECONDS } from "../../../domain/limits.ts";
import { reconcile } from "../../../scripts/reconcile.ts";
import { FLEET, send } from "../kese.ts";
import { createSecretHasher } from "../../../infra/crypto/secret_hasher.ts";
import { type History, replayJournal } from "./history.ts";
import { readJournal, toShownCard } from "./journal.ts";
import { judgeAnswers } from "./judge.ts";
import { balanceFacts, shownBalance } from "./judge_question.ts";
import { USERS } from "./plan.ts";
import { valuesOf } from "./registers.ts";
import { type Entry, shownCard, type Wallet } from "./wallet.ts";
import type { Instance, World } from "./world.ts";

/** Proves a world that is at rest: journals, answers, accounts, card numbers and charges. */
export async function proveWorld(world: World): Promise<readonly History[]> {
  const [first] = world.instances;
  assert(first);
  const histories: History[] = [];
  for (let user = 0; user < USERS; user++) {
    const userNo = `${world.prefix}-${user}`;
    const entries = await readJournal(first.kese, userNo);
    const attempts = world.attempts.filter((attempt) => attempt.userNo === userNo);
    const { sightings, latest } = world;
    const history = replayJournal({ userNo, entries, attempts, sightings, latest });
    judgeAnswers(history);
    const wallet = history.wallets.at(-1);
    for (const instance of world.instances) await proveAccount(instance, userNo, wallet);
    await provePerson(world, history);
    histories.push(history);
  }
  // And each journal, replayed from nothing, makes the account that is stored.
  // A year may pass within a request, and each world begins on the first day again.
  assertEquals((await reconcile(first.kese, { keepsDays: false })).faults, []);
  await proveCharges(world, histories);
  return histories;
}

/** What an instance shows of a user in the end is what the model says. */
async function proveAccount(
  { kese, time }: Instance,
  userNo: string,
  wallet: Wallet | undefined,
): Promise<void> {
  const balance = await send(kese, `GET /bakiye?userNo=${userNo}`);
  if (wallet === undefined) return assertEquals(balance.status, 404);
  const { cards, selected, newestPayment, payments, openTopUps, openCardRefunds, seq } = wallet;
  assertEquals(balanceFacts(balance.body), shownBalance(wallet, time.clock.now()));
  const list = await send(kese, `GET /kart-saklama-listesi?userNo=${userNo}`);
  const listed = list.status === 404 ? [] : list.body.cards.map(toShownCard);
  assertEquals(listed, cards.map((card) => shownCard(card, selected)));
  assertEquals(list.body.selectedCard?.cardId ?? null, selected);
  const id = { filo: FLEET, userNo };
  for (const { cardId, number } of cards) {
    const kept = await kese.dependencies.vault.open(id, cardId);
    assertEquals(kept.token?.reveal(), number, `the vault has another number for ${cardId}`);
  }
  const account = await kese.dependencies.accounts.read(id);
  assertEquals([account?.seq, account?.openTopUps, openTopUps.size], [seq, [], 0]);
  assertEquals([account?.openCardRefunds, openCardRefunds.size], [[], 0]);
  const unended = [...wallet.holds].flatMap(([holdId, { end }]) => end ? [] : [holdId]);
  assertEquals(account?.openHolds.map(({ holdId }) => holdId), unended);
  assertEquals(account?.lastPayment?.paymentId ?? null, newestPayment);
  const newest = payments.get(newestPayment ?? "");
  assertEquals(account?.lastPayment?.refundedKurus, newest?.refunded);
}

/** What is kept of a person is what was written last; of one who was erased nothing is. */
async function provePerson({ instances }: World, history: History): Promise<void> {
  const wallet = history.wallets.at(-1);
  if (wallet === undefined) return;
  const id = { filo: FLEET, userNo: history.userNo };
  const atLast = { sent: Infinity, answered: Infinity };
  for (const { kese: { store: { people } } } of instances) {
    const [profile, hash] = await Promise.all([people.find(id), people.authCodeHash(id)]);
    if (wallet.status === "erased") {
      assertEquals([profile, hash], [undefined, undefined]);
      continue;
    }
    const emails = valuesOf(history, "email", atLast);
    assert(emails.has(profile?.email ?? ""), `${profile?.email} is not the last that was written`);
    const secrets = [...valuesOf(history, "authCode", atLast)];
    const { verify } = createSecretHasher(1);
    const opens = await Promise.all(secrets.map((secret) => verify(secret, hash, undefined)));
    assert(opens.includes(true), "the authCode is not the last that was written");
  }
}

/** The gateway has charged what was credited, each once, and nothing else; and given back what was. */
async function proveCharges(
  { charges, ground: { stores: [store] } }: World,
  histories: readonly History[],
): Promise<void> {
  const entries = histories.flatMap((history) => history.entries);
  const started = entries.filter(({ type }) => type === "top_up_started");
  assertEquals([...charges.keys()].toSorted(), started.map(({ id }) => id).toSorted());
  for (const { id, amount } of started) {
    const own = entries.filter(({ topUpId }) => topUpId === id);
    const credited = own.filter(({ type }) => type === "top_up_credited");
    const completed = own.filter(({ type }) => type === "card_refund_completed");
    const charge = await store?.sandboxCharges.find(id);
    assert(charge, `${id} was never asked for`);
    const { declined, waits, amountKurus, last4, refunds } = charge;
    assertEquals<number>(amountKurus, amount);
    const given = Object.fromEntries(refunds.map((one) => [one.refundReference, one.amountKurus]));
    const isCharged = declined === null && !waits;
    // A user who approved when the top-up had failed got all of it back.
    const isUnowed = isCharged && credited.length === 0;
    const owed = completed.map((one) => [one.cardRefundId, one.amount]);
    const unowed = [[`rev_${id.slice("top_".length)}_sbx_${id}`, amount]];
    assertEquals<object>(given, Object.fromEntries(isUnowed ? unowed : owed));
    assert(isUnowed || credited.length === (isCharged ? 1 : 0), `${id} on a card *${last4}`);
  }
  proveDeclines(entries);
}

/** However many users have a card: it is declined no more often than a fleet's card may be. */
function proveDeclines(entries: readonly Entry[]): void {
  const failed = new Set(entries.map(({ type, topUpId }) => type === "top_up_failed" && topUpId));
  const declined = entries.filter(({ type, id }) => type === "top_up_started" && failed.has(id));
  const byHour = Map.groupBy(declined, ({ card, at }) => {
    return `*${card?.last4} in hour ${Math.floor(at / HOUR_MILLISECONDS)}`;
  });
  for (const [what, { length }] of byHour) {
    assertLessOrEqual(length, DECLINES_PER_CARD_AND_HOUR, `${what} was declined too often`);
  }
}
