/**
 * What Kese needs of the world: the interfaces that `infra/` implements and that rules, routes and
 * tests speak to. Every promise that rejects is a broken connection or a bug; what a caller has to
 * deal with is in the resolved value.
 */
import type { Account, AccountId, Instant, OpenTopUp } from "./account.ts";
import type { AccountOpeningCommand } from "./account_opening.ts";
import type { Caller, Contact, Profile, Session } from "./auth.ts";
import type { CardNumber } from "./card_number.ts";
import type { Accepted, Command, Decision } from "./decision.ts";
import type { EntriesByKey, LoadedAccount } from "./fold.ts";
import type { DeclineReason, EntryOf, EntryType, JournalEntry } from "./journal.ts";
import type { Kurus } from "./money.ts";
import type { KeptBeside, LookedUpPayment, StoredEntry } from "./reconciliation.ts";
import type { AccountView } from "./refund.ts";
import type { Rejection } from "./rejection.ts";

/** A value now or later: an adapter that needs no I/O costs no turn of the event loop. */
export type Eventually<T> = T | Promise<T>;

/** A command on one account, with the payments that its rule has to see. */
export interface AccountCommand {
  readonly account: AccountId;
  readonly command: Command;
  readonly payments?: readonly string[];
}

/** How an update ended. `busy` promises that nothing happened; `outcome_unknown` promises nothing. */
export type UpdateOutcome<
  Entry extends JournalEntry = JournalEntry,
  Refusal extends Rejection = Rejection,
> =
  | { readonly outcome: "accepted" | "replayed"; readonly entry: Entry; readonly account: Account }
  | { readonly outcome: "unchanged"; readonly account: Account }
  | { readonly outcome: "rejected"; readonly rejection: Refusal }
  | { readonly outcome: "key_reused" | "user_not_found" | "busy" | "outcome_unknown" };

/** How opening an account ended. */
export type OpeningOutcome =
  | { readonly outcome: "accepted" | "replayed"; readonly entry: EntryOf<"account_opened"> }
  | { readonly outcome: "user_exists" | "key_reused" | "outcome_unknown" };

/** Accounts, with every race between writers settled. */
export interface Accounts {
  read(id: AccountId): Promise<Account | undefined>;
  open(command: AccountOpeningCommand, person: NewPerson): Promise<OpeningOutcome>;
  /** Takes `decide` on the newest account, again when a race was lost, and commits what it accepts. */
  update<Entry extends JournalEntry, Refusal extends Rejection>(
    command: AccountCommand,
    decide: (view: AccountView) => Decision<Entry, Refusal>,
  ): Promise<UpdateOutcome<Entry, Refusal>>;
}

/** What stands beside the account and no payment loads. */
export interface NewPerson {
  readonly profile: Profile;
  readonly authCodeHash: string;
}

/** What {@linkcode AccountStore.load} gives beside the account. */
export interface LoadOptions {
  /** Hashes of keys: give the entries that they appended. */
  readonly keys?: readonly string[];
  /** Payment ids: give those payments, with what is refunded of each. */
  readonly payments?: readonly string[];
}

/** What each database implements: accounts and their journals, with compare-and-swap on `head`. */
export interface AccountStore {
  /** Entries that one save may carry. */
  readonly entriesPerSave: number;
  /** False when the account exists. */
  insert(opening: Accepted<EntryOf<"account_opened">>, person: NewPerson): Promise<boolean>;
  load(id: AccountId, options?: LoadOptions): Promise<LoadedAccount | undefined>;
  /**
   * The entries that keys appended, of keys that are not among the account's newest
   * {@linkcode RECENT_KEYS_PER_ACCOUNT}. An entry of a more recent key may be missing: `load` finds it.
   */
  entriesOfOldKeys(id: AccountId, keys: readonly string[]): Promise<EntriesByKey>;
  /**
   * Stores `next` and its new entries, all or nothing, if the stored head is still `expectedHead`.
   * `full`: the journal has no room just now; nothing happened. A rejected promise leaves open
   * whether it happened.
   */
  save(
    next: Account,
    expectedHead: string,
    entries: readonly JournalEntry[],
  ): Promise<"saved" | "conflict" | "full">;
  /** Every account in a stable order, beginning after the one given. */
  list(
    options: { readonly limit: number; readonly after?: AccountId },
  ): Promise<readonly AccountId[]>;
  /** Open top-ups that did not start in `except`, oldest first; the next page goes on `after` the last. */
  openTopUps(
    except: Interval,
    limit: number,
    after?: OpenTopUpAddress,
  ): Promise<readonly OpenTopUpAddress[]>;
}

/** The time between two instants, neither of them included. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

export interface OpenTopUpAddress {
  readonly account: AccountId;
  readonly topUpId: string;
  readonly startedAt: Instant;
}

/** The entries of an account, newest first. */
export interface Journal {
  list(id: AccountId, options: JournalListOptions): Promise<JournalPage>;
  find(id: AccountId, entryId: string): Promise<JournalEntry | undefined>;
  /** A payment with what is refunded of it. */
  findPayment(id: AccountId, paymentId: string): Promise<FoundPayment | undefined>;
}

export interface FoundPayment {
  readonly entry: EntryOf<"payment">;
  readonly refundedKurus: Kurus;
}

export interface JournalListOptions {
  readonly limit: number;
  /** Only entries with a smaller number. */
  readonly beforeSeq?: number;
  readonly types?: readonly EntryType[];
}

export interface JournalPage {
  readonly entries: readonly JournalEntry[];
  /** Where the next page goes on; absent at the end. A filtered page can be short and yet go on. */
  readonly nextBeforeSeq?: number;
}

/** An account with all that a store keeps of it, as it is stored, even where that contradicts itself. */
export interface StoredAccount {
  /** `filo/userNo`, or what stands in its place where there is no account. */
  readonly name: string;
  readonly account: Account | undefined;
  /** What the store finds wrong with its own fields. */
  readonly faults: readonly string[];
  /** Every entry, oldest first; to be read once, and before the next account. */
  entries(): Iterable<StoredEntry> | AsyncIterable<StoredEntry>;
  payment(paymentId: string): Eventually<LookedUpPayment | undefined>;
  /** Where open top-ups are looked up by their start; undefined when that is the account itself. */
  readonly openTopUps: readonly Pick<OpenTopUp, "topUpId" | "startedAt">[] | undefined;
  readonly keeps: KeptBeside;
}

/** All that is stored, for whoever holds it against itself. */
export interface StoreRecords {
  accounts(): AsyncIterable<StoredAccount>;
  /** One account once more, in a store that gives no picture of one moment. */
  again?(id: AccountId): Promise<StoredAccount | undefined>;
  /** What belongs to no account and to no entry: a sentence each. */
  strays(): AsyncIterable<string>;
}

/** A few answers of an account kept at hand. It may forget at any time and be lost without loss of money. */
export interface AccountCache {
  get(id: AccountId): Eventually<Account | undefined>;
  /** Only after an acknowledged save or a majority read; never replaces a newer one. */
  put(account: Account): Eventually<void>;
  drop(id: AccountId): Eventually<void>;
}

/** One-time codes, sessions and the counters that guard them. Only hashes of secrets come here. */
export interface AuthStore {
  /** The slow hash of a user's authCode; undefined for an unknown user. */
  authCodeHash(id: AccountId): Promise<string | undefined>;
  /** Where a user can be reached; undefined for an unknown user. */
  contact(id: AccountId): Promise<Contact | undefined>;
  /** False when `maxOutstanding` codes of that delivery are already waiting. */
  addCode(id: AccountId, code: NewCode, maxOutstanding: number): Promise<boolean>;
  /** Takes a waiting code, once: true for the first who asks. */
  takeCode(id: AccountId, codeHash: string, now: Instant): Promise<boolean>;
  /** Adds a session; beyond `maxSessions` the oldest ends. */
  addSession(session: Session, maxSessions: number): Promise<void>;
  findSession(tokenHash: string, now: Instant): Eventually<Session | undefined>;
  endSession(tokenHash: string): Promise<void>;
  /**
   * Counts an event against one limit after the other. When one of them is used up that one is given,
   * and nothing is written: whoever is past a limit must not fill the disk.
   */
  count(limits: readonly RateLimit[], now: Instant): Promise<ExceededLimit | undefined>;
  /** Takes back an event that was counted at that time. */
  takeBack(limits: readonly RateLimit[], now: Instant): Promise<void>;
}

export interface NewCode {
  readonly codeHash: string;
  readonly delivery: "response" | "out_of_band";
  readonly now: Instant;
  readonly expiresAt: Instant;
}

/**
 * Sends one-time codes to users. Whom a code is for is looked up after the answer, so that neither the
 * answer nor its time tells whether there is such a user.
 */
export interface CodeSender {
  /** False where no code can be sent to anyone. */
  isAvailable(): boolean;
  /** Takes a code to be sent in a moment. Throws {@linkcode BusyError} when too many wait. */
  send(code: CodeToSend): void;
  /** Ends when no code waits. */
  settled(): Promise<void>;
}

export interface CodeToSend {
  readonly account: AccountId;
  readonly code: string;
  readonly expiresInSeconds: number;
  readonly requestId: string;
}

/** A card number, sealed. */
export interface VaultRecord {
  readonly account: AccountId;
  readonly cardId: string;
  /** Which of the configured keys sealed it. */
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly createdAt: Instant;
}

/** Where sealed card numbers lie, apart from the accounts. */
export interface VaultStore {
  put(records: readonly VaultRecord[]): Promise<void>;
  get(id: AccountId, cardId: string): Promise<VaultRecord | undefined>;
  remove(id: AccountId, cardIds: readonly string[]): Promise<void>;
  /** Whether any record was sealed by this key. */
  anyUnder(keyId: string): Promise<boolean>;
  /** Records older than `createdBefore` after the one at `after`, in a stable order. */
  list(options: VaultListOptions): Promise<readonly VaultRecord[]>;
}

export interface VaultListOptions {
  readonly createdBefore: Instant;
  readonly limit: number;
  readonly after?: Pick<VaultRecord, "account" | "cardId">;
}

/** A number and the id under which it is to be kept. */
export interface CardToKeep {
  readonly cardId: string;
  readonly number: CardNumber;
}

/** Card numbers under lock: sealed for one account and one card id, and opened for them alone. */
export interface CardVault {
  /** The same for the same digits on the same account, whatever else differs. */
  fingerprint(id: AccountId, number: CardNumber): string;
  keep(id: AccountId, cards: readonly CardToKeep[], now: Instant): Promise<void>;
  open(id: AccountId, cardId: string): Promise<CardNumber>;
  /** Why a record does not open; undefined for one that does. */
  fault(record: VaultRecord): string | undefined;
  remove(id: AccountId, cardIds: readonly string[]): Promise<void>;
}

/** A charge that has an end, or has none yet. */
export type ChargeOutcome =
  /** With the sum, where the gateway says it. */
  | { readonly status: "charged"; readonly amountKurus?: Kurus }
  | { readonly status: "declined"; readonly reason: DeclineReason }
  | { readonly status: "pending" };

/** The card's side. Both calls may reject: then the outcome is unknown, and `inquire` is asked later. */
export interface CardGateway {
  /** Charges once per reference, however often it is called. */
  charge(reference: string, card: CardNumber, amountKurus: Kurus): Promise<ChargeOutcome>;
  inquire(reference: string): Promise<ChargeOutcome | { readonly status: "not_found" }>;
}

/** One request, as the audit keeps it. Never a path, a query or a card number. */
export interface AuditRecord {
  readonly at: Instant;
  readonly requestId: string;
  readonly who: "fleet" | "session" | "anonymous";
  readonly filo: string | null;
  readonly userNo: string | null;
  readonly operation: string;
  readonly status: number;
  readonly code: string | null;
  /** Of a stranger: the address that they call from. */
  readonly peer?: string;
  /** Of refused strangers: how many requests of a minute this record stands for. One if left out. */
  readonly count?: number;
}

/** Buffered: recording costs a request nothing. */
export interface AuditLog {
  record(record: AuditRecord): void;
  flush(): Promise<void>;
}

/** How many of something are allowed in a window; windows begin at whole multiples of their length. */
export interface RateLimit {
  /** What is limited, as the headers name it. */
  readonly policy: string;
  /** Whose requests are counted. */
  readonly key: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

export interface RateLimiter {
  /** Counts the request against one limit after the other, up to the first that it exceeds. */
  take(limits: readonly RateLimit[], now: Instant): Eventually<ExceededLimit | undefined>;
}

export interface ExceededLimit extends RateLimit {
  readonly retryAfterSeconds: number;
}

/** The slow salted hash of an authCode. */
export interface SecretHasher {
  /** Rejects with {@linkcode BusyError} when too many wait. */
  hash(secret: string): Promise<string>;
  /**
   * Takes as long without a hash as with one, so that time tells nothing of who exists. `stranger` is
   * the address of a caller whom nobody knows yet: they wait in a queue of their own, by address.
   */
  verify(secret: string, hash: string | undefined, stranger?: string): Promise<boolean>;
}

/** Nothing happened, for there is too much to do: 503 with Retry-After. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/**
 * The store cannot be reached, or takes nothing just now. Every adapter of a store says it this way.
 * Of a write it leaves open whether it happened.
 */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";

  constructor(cause: Error) {
    super(`The store is not available: ${cause.message}`, { cause });
  }
}

/**
 * What the store keeps of an account contradicts itself, so no command may rest on it. Nothing
 * happened; it stays so until somebody has looked.
 */
export class StoreInconsistentError extends Error {
  override readonly name = "StoreInconsistentError";

  constructor(readonly account: string, what: string) {
    super(`The store contradicts itself: ${account} ${what}`);
  }
}

/** What an idempotency key is good for, within an account. */
export interface KeyScope {
  readonly operation: string;
  readonly by: Caller["kind"];
}

/** Fast keyed and plain hashes of what a request brings. */
export interface Digests {
  /** SHA-256 of a secret of full entropy (code, token, fleet key), hex. */
  secret(secret: string): string;
  /** Whether two hex digests are equal, in constant time. */
  equal(first: string, second: string): boolean;
  /** HMAC of a one-time code that is sent: eight digits are found from a plain hash in no time. */
  sentCode(id: AccountId, code: string): string;
  /**
   * HMAC under which an entry remembers its key. Who asks is part of its scope: with one of the
   * fleet's keys a user could otherwise answer for what the fleet has yet to ask.
   */
  idempotencyKey(scope: KeyScope, key: string): string;
  /** HMAC of the parsed command: tells equal requests, gives away nothing. */
  request(operation: string, parameters: unknown): string;
}

export interface Clock {
  now(): Instant;
  /** What the promise gives, or undefined when that takes longer; the promise goes on. */
  within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined>;
}

/** Unique ids that grow with time, and secrets that nobody can guess. */
export interface Ids {
  /** `prefix_` and 26 characters: 48 bits of time, 80 of chance. */
  next(prefix: IdPrefix, now: Instant): string;
  requestId(): string;
  /** 32 random bytes, hex. */
  secret(): string;
  /** Eight random digits, for a person to type. */
  digits(): string;
}

export type IdPrefix = "pay" | "ref" | "top" | "card" | "ent";

/** What to tell the operator. Whatever could be a card number is masked before it is written. */
export interface Log {
  debug(event: string, facts?: LogFacts): void;
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts & { readonly error?: unknown }): void;
}

export type LogFacts = Readonly<Record<string, unknown>>;

/** A store that health asks. */
export interface Pingable {
  readonly name: string;
  ping(): Promise<void>;
}
