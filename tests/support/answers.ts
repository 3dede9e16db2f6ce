import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { problemAnswer } from "../../routes/contract/problem_answer.ts";
import { kurusOf } from "./amounts.ts";
import { type Answer, send, type Target, type TestRequest } from "./kese.ts";

/** Who sends the requests of a check: the tests' own fleet by default. */
export type Sender = Pick<TestRequest, "bearer" | "filo">;

/**
 * The problem has the status and code, and every member and header that a problem has to have; if
 * facts are given, it has exactly those in addition to the members of RFC 9457.
 */
export function assertProblem(
  answer: Answer,
  status: number,
  code: string,
  facts?: Readonly<Record<string, unknown>>,
): void {
  const { body, headers, text } = answer;
  assertEquals([answer.status, body?.code], [status, code], text);
  // The document types every fact: what it does not have, no client can read.
  assertEquals(z.strictObject(problemAnswer.shape).safeParse(body).error?.issues ?? [], [], text);
  assertEquals(body.status, status);
  assertEquals(body.type, `urn:kese:problem:${code}`);
  const { title, detail = "There is none.", message, requestId: named, ...rest } = body;
  if (facts) assertEquals(rest, { type: body.type, status, code, ...facts });
  // A text that lacks a fact would show its placeholder or nothing in its place.
  for (const [name, said] of Object.entries({ title, detail, message, requestId: named })) {
    assert(typeof said === "string" && said !== "", `${code} has no ${name}: ${text}`);
    assert(!/[{}]|undefined|null|NaN/.test(said), said);
  }
  assertEquals(headers.get("content-type"), "application/problem+json");
  assertEquals(headers.get("cache-control"), "no-store");
  assert([null, "en"].includes(headers.get("content-language")));
  assertEquals(headers.has("www-authenticate"), status === 401, "RFC 9110, section 15.5.2");
  const requestId = headers.get("x-request-id") ?? "";
  assertMatch(requestId, /^[A-Za-z0-9._:-]{1,64}$/);
  if (!headers.has("idempotent-replayed")) assertEquals(body.requestId, requestId);
}

/** The second answer is the first one again, and says so. */
export function assertReplays(second: Answer, first: Answer): void {
  assertEquals([second.status, second.text], [first.status, first.text]);
  assertEquals(second.headers.get("content-language"), first.headers.get("content-language"));
  assertEquals(first.headers.get("idempotent-replayed"), null);
  assertEquals(second.headers.get("idempotent-replayed"), "true");
}

/** Sends and expects that it succeeds. */
export async function sendWell(
  target: Target,
  line: string,
  request?: TestRequest,
): Promise<Answer> {
  const answer = await send(target, line, request);
  assert(answer.status < 300, `${line}: ${answer.text}`);
  return answer;
}

/** Saves a card and gives its id. */
export async function saveCard(
  target: Target,
  userNo: string,
  cardNo = "4242424242424242",
): Promise<string> {
  const { body } = await sendWell(target, "POST /kart-saklama", { json: { userNo, cardNo } });
  return body.card.cardId;
}

export async function balanceOf(target: Target, userNo: string, sender?: Sender): Promise<string> {
  return (await sendWell(target, `GET /bakiye?userNo=${userNo}`, sender)).body.balance;
}

/** An entry as `/islemler` shows it. */
export interface ShownEntry {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly amount: string;
  readonly delta: string;
  readonly balanceAfter: string;
  readonly requestId: string;
  readonly by: string;
  readonly orderId?: string;
  readonly paymentId?: string;
  readonly topUpId?: string;
  readonly cardRefundId?: string;
  readonly card?: { readonly cardId: string };
}

/** The whole journal, oldest first, page by page. */
export async function journalOf(
  target: Target,
  userNo: string,
  sender?: Sender,
): Promise<ShownEntry[]> {
  const entries: ShownEntry[] = [];
  for (let cursor = ""; cursor !== "end";) {
    const { body } = await sendWell(
      target,
      `GET /islemler?userNo=${userNo}&limit=100${cursor}`,
      sender,
    );
    entries.push(...body.data);
    cursor = body.nextCursor === null ? "end" : `&cursor=${body.nextCursor}`;
  }
  return entries.reverse();
}

/** The types of all entries, oldest first. */
export async function typesOf(target: Target, userNo: string): Promise<string[]> {
  return (await journalOf(target, userNo)).map(({ type }) => type);
}

/** How many entries of a type there are. */
export async function countEntries(target: Target, userNo: string, type: string): Promise<number> {
  return (await typesOf(target, userNo)).filter((one) => one === type).length;
}

/**
 * A user's journal, proved: its numbers have no gap, its amounts add up from entry to entry, it never
 * goes below zero, and it ends in the balance that every target shows.
 */
export async function proveJournal(
  targets: readonly Target[],
  userNo: string,
  sender?: Sender,
): Promise<readonly ShownEntry[]> {
  const [first = ""] = targets;
  const entries = await journalOf(first, userNo, sender);
  assertEquals(entries.map(({ seq }) => seq), entries.map((_entry, place) => place + 1));
  assertEquals(new Set(entries.map(({ id }) => id)).size, entries.length);
  let total = 0;
  for (const { delta, balanceAfter, type } of entries) {
    total += kurusOf(delta);
    assertEquals(kurusOf(balanceAfter), total, `${type} does not follow from the entry before it`);
    assert(total >= 0, `the balance was ${total} after ${type}`);
  }
  for (const target of targets) {
    assertEquals(kurusOf(await balanceOf(target, userNo, sender)), total);
  }
  return entries;
}

/** Proves a journal and gives the balance that it ends in. */
export async function assertAddsUp(
  target: Target,
  userNo: string,
  sender?: Sender,
): Promise<string> {
  return (await proveJournal([target], userNo, sender)).at(-1)?.balanceAfter ?? "0.00";
}

/** All that a request could have changed of a user, as text. */
export async function stateOf(target: Target, userNo: string): Promise<string> {
  const cards = await send(target, `GET /kart-saklama-listesi?userNo=${userNo}`);
  const shown = cards.status === 200 ? cards.text : cards.body.code;
  return JSON.stringify([
    await balanceOf(target, userNo),
    shown,
    await journalOf(target, userNo),
  ]);
}

/** The lines of a log that hold a text. */
export function linesWith(lines: readonly string[], text: string): string[] {
  return lines.filter((line) => line.includes(text));
}

/** The log says nothing of a fault of ours. */
export function assertNoFault(lines: readonly string[]): void {
  assertEquals(linesWith(lines, "request_failed"), []);
}

/** The answer is a problem of some kind, or a success: never a fault of ours. */
export function assertNeverInternal(answer: Answer, what: string): void {
  assert(answer.status !== 500, `${what}: ${answer.text}`);
  if (answer.status >= 400) assertProblem(answer, answer.status, answer.body.code);
  else if (answer.text !== "") {
    assertStringIncludes(answer.headers.get("content-type") ?? "", "application/json");
  }
}
