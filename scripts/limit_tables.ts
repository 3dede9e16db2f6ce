import { EVENT_PAUSE_JITTER } from "../domain/event_retry.ts";
import * as limits from "../domain/limits.ts";
import { formatAmount, kurus } from "../domain/money.ts";
import {
  SLOW_HASHES_AT_ONCE,
  SLOW_HASHES_OF_A_STRANGER_WAITING,
  SLOW_HASHES_OF_STRANGERS_WAITING,
  SLOW_HASHES_WAITING,
} from "../infra/crypto/secret_hasher.ts";
import { CACHED_ACCOUNTS } from "../infra/memory/account_cache.ts";
import { DRAIN_EVERY, ENTRIES_PER_DOCUMENT } from "../infra/mongo/account_store.ts";
import { SWAP_COMMANDS_AT_ONCE, SWAPS_PER_COMMAND } from "../infra/mongo/swaps.ts";
import { UNFILED_MOST } from "../infra/sqlite/key_tail.ts";
import { SHUTDOWN_DEADLINE_MILLISECONDS } from "../infra/process/serving.ts";
import { SNAPSHOT_TTL_SECONDS } from "../infra/redis/account_cache.ts";
import {
  REDIS_BACK_OFF_MILLISECONDS,
  REDIS_TIMEOUT_MILLISECONDS,
} from "../infra/redis/connection.ts";
import { BUSY_MILLISECONDS } from "../infra/sqlite/schema.ts";
import { ANSWER_MAX_BYTES } from "../infra/webhooks/post.ts";
import { BODY_MAX_BYTES, URL_MAX_LENGTH } from "../routes/contract/limits.ts";
import { HEALTH_DEADLINE_MILLISECONDS } from "../routes/health.ts";
import {
  BODIES_AT_ONCE,
  BODY_DEADLINE_MILLISECONDS,
  REQUESTS_IN_FLIGHT,
} from "../routes/http/admission.ts";
import { WRONG_KEYS_PER_PEER } from "../routes/http/wrong_keys.ts";
import type { Table } from "./placed_table.ts";

const lira = (amount: number): string => `${formatAmount(kurus(amount))} TRY`;
const count = (value: number): string => value.toLocaleString("en");
const seconds = (milliseconds: number): string => `${milliseconds / 1_000} s`;
const minutes = (milliseconds: number): string =>
  `${milliseconds / limits.MINUTE_MILLISECONDS} minutes`;
const WINDOW = `${limits.CODE_WINDOW_SECONDS / 60} minutes`;

function codeBounds(
  { perPeer, perUserAndPeer, perUserAndPeerADay }:
    | typeof limits.WRONG_CODES
    | typeof limits.SENT_CODES,
): string {
  return `${perPeer} in ${WINDOW} from one address; for one user from one address ` +
    `${perUserAndPeer} in ${WINDOW} and ${perUserAndPeerADay} a day`;
}

/** What an integrator has to know. */
export const LIMITS: Table = [
  ["What", "Limit"],
  [
    "Amount of a payment, refund, top-up, hold or adjustment",
    `${lira(limits.AMOUNT_MIN_KURUS)} to ${lira(limits.AMOUNT_MAX_KURUS)}`,
  ],
  ["Balance that a top-up or a credit may lead to", lira(limits.BALANCE_MAX_KURUS)],
  ["Cards per user", count(limits.CARDS_PER_ACCOUNT)],
  ["Open top-ups per user", count(limits.OPEN_TOP_UPS_PER_ACCOUNT)],
  ["Open card refunds per user", count(limits.OPEN_CARD_REFUNDS_PER_ACCOUNT)],
  ["Open holds per user", count(limits.OPEN_HOLDS_PER_ACCOUNT)],
  [
    "Time of a hold",
    `${limits.HOLD_DEFAULT_MINUTES / 60} hours by default, ${limits.HOLD_MIN_MINUTES} minute to ${
      limits.HOLD_MAX_MINUTES / (24 * 60)
    } days`,
  ],
  ["Time in which a payment can be refunded", `${count(limits.REFUND_WINDOW_DAYS)} days`],
  ["Cards that a user may save in an hour", count(limits.CARD_SAVES_PER_HOUR)],
  ["Declined top-ups per user in an hour", count(limits.DECLINES_PER_HOUR)],
  [
    "Declined top-ups of one card in an hour, all users of a fleet together",
    count(limits.DECLINES_PER_CARD_AND_HOUR),
  ],
  ["Request body", `${BODY_MAX_BYTES / 1024} KiB`],
  ["URL", `${URL_MAX_LENGTH / 1024} KiB`],
  ["Entries on a page of the journal", `${limits.PAGE_DEFAULT}, at most ${limits.PAGE_MAX}`],
  ["`userNo`, `Filo`, `orderId`", `${limits.USER_NO_MAX_LENGTH} characters`],
  ["`description`", `${limits.DESCRIPTION_MAX_LENGTH} characters`],
  ["`Idempotency-Key`", `${limits.IDEMPOTENCY_KEY_MAX_LENGTH} characters`],
  ["One-time code", `${limits.CODE_TTL_SECONDS / 60} minutes, works once`],
  ["Outstanding one-time codes in answers", `${limits.CODES_OUTSTANDING_PER_USER} per user`],
  ["Named keys per fleet that open anything", count(limits.NAMED_KEYS_PER_FLEET)],
  ["Named key after its end, before it is forgotten", `${limits.ENDED_KEY_TTL_DAYS} days`],
  ["Session", `${limits.SESSION_TTL_SECONDS / 3_600} hours`],
  ["Sessions per user", `${limits.SESSIONS_PER_USER}; one more ends the oldest`],
  ["Wrong codes, and apart from them wrong authCodes", codeBounds(limits.WRONG_CODES)],
  ["Wrong codes of those that are sent", `also ${limits.WRONG_CODES.perUserADay} a day per user`],
  [
    "Codes sent",
    `${codeBounds(limits.SENT_CODES)}; ${limits.SENT_CODES.perUserADay} a day per user`,
  ],
  [
    "Wrong fleet keys",
    `${WRONG_KEYS_PER_PEER} in ${WINDOW} from one address; the right key is always accepted`,
  ],
  [
    "Time that a top-up or card refund waits for its outcome before 202",
    seconds(limits.TOP_UP_WAIT_MILLISECONDS),
  ],
  [
    "Time that a receiver of events may take, and what is read of its answer",
    `${seconds(limits.EVENT_TIMEOUT_MILLISECONDS)}, ${ANSWER_MAX_BYTES / 1024} KiB`,
  ],
  ["Time for which an event is repeated before it has failed", `${limits.EVENT_RETRY_DAYS} days`],
  [
    "Pause before an event is repeated, or that a receiver may ask for",
    `${seconds(limits.EVENT_PAUSE_FIRST_MILLISECONDS)}, doubled up to ${
      minutes(limits.EVENT_PAUSE_MAX_MILLISECONDS)
    }, each ± ${EVENT_PAUSE_JITTER * 100}%; at most ${
      minutes(limits.EVENT_PAUSE_MAX_MILLISECONDS)
    }`,
  ],
  [
    "Failures without a success after which a receiver is tried with one event at a time",
    `${limits.EVENT_FAILURES_BEFORE_REST}; then after ${
      seconds(limits.EVENT_REST_FIRST_MILLISECONDS)
    }, doubled up to ${seconds(limits.EVENT_REST_MAX_MILLISECONDS)}`,
  ],
  ["Exports of a fleet at one time", `${limits.EXPORTS_PER_FLEET} per process`],
  [
    "Time that an export waits for its client to read on",
    seconds(limits.EXPORT_STALL_MILLISECONDS),
  ],
];

/** What an operator plans with. All of it is counted per process. */
export const PROCESS_LIMITS: Table = [
  ["What", "Limit"],
  ["Requests in flight", `${count(REQUESTS_IN_FLIGHT)}, then \`busy\``],
  ["Request bodies read concurrently", `${count(BODIES_AT_ONCE)}, then \`busy\``],
  [
    "Time to send a request body",
    `${seconds(BODY_DEADLINE_MILLISECONDS)}, then \`malformed_request\``,
  ],
  ["Commands waiting for one account", `${count(limits.QUEUE_PER_ACCOUNT)}, then \`busy\``],
  ["Commands in one save", count(limits.COMMANDS_PER_FOLD)],
  ["Entries of an account whose keys SQLite has not filed yet", `at most ${UNFILED_MOST}`],
  ["Time of a command, waiting included", seconds(limits.COMMAND_DEADLINE_MILLISECONDS)],
  ["Time after which a day is final", seconds(limits.COMMIT_DELAY_MAX_MILLISECONDS)],
  [
    "Wait for a day's end that is worked out, and requests of a fleet that wait",
    `${seconds(limits.DAY_END_WAIT_MILLISECONDS)}, ${limits.DAY_ENDS_WAITING}; then \`busy\``,
  ],
  [
    "Events of a fleet being sent, each over a connection of its own, and in memory",
    `${limits.EVENTS_AT_ONCE}, ${limits.EVENTS_IN_MEMORY}`,
  ],
  [
    "Time for which a fleet's events are one process's own, and how often it renews that",
    `${seconds(limits.EVENT_LEASE_MILLISECONDS)}, ${
      seconds(limits.EVENT_LEASE_RENEWAL_MILLISECONDS)
    }`,
  ],
  [
    "Pause between two looks for days that can be closed",
    seconds(limits.DAY_CLOSING_INTERVAL_MILLISECONDS),
  ],
  ["Requests waiting for a top-up's outcome", `${count(limits.TOP_UPS_WAITING)}, then 202 at once`],
  [
    "Pause between two sweeps of open top-ups and expired holds",
    seconds(limits.SWEEP_INTERVAL_MILLISECONDS),
  ],
  [
    "Slow hashes running, and waiting for fleets, for all strangers, for one stranger's address",
    [
      SLOW_HASHES_AT_ONCE,
      SLOW_HASHES_WAITING,
      SLOW_HASHES_OF_STRANGERS_WAITING,
      SLOW_HASHES_OF_A_STRANGER_WAITING,
    ].join(", "),
  ],
  ["Accounts remembered", count(CACHED_ACCOUNTS)],
  [
    "Time that Redis keeps a snapshot",
    `${SNAPSHOT_TTL_SECONDS / 60} minutes after its last save`,
  ],
  ["Wait of a commit for another process that holds the SQLite file", seconds(BUSY_MILLISECONDS)],
  [
    "Call to Redis",
    `${REDIS_TIMEOUT_MILLISECONDS} ms; after a failure none for ${
      seconds(REDIS_BACK_OFF_MILLISECONDS)
    }`,
  ],
  ["Call to the card gateway", seconds(limits.GATEWAY_TIMEOUT_MILLISECONDS)],
  ["Audit records kept", `${limits.AUDIT_TTL_DAYS} days`],
  [
    "Audit written a day",
    `about ${limits.AUDIT_BYTES_PER_DAY / 1e9} GB, of it ${
      limits.AUDIT_STRANGERS_BYTES_PER_DAY / 1e6
    } MB for strangers`,
  ],
  [
    "Vault record without an account, before reconcile removes it",
    `${limits.VAULT_ORPHAN_AFTER_MILLISECONDS / limits.HOUR_MILLISECONDS} hour`,
  ],
  [
    "`/health/ready`",
    `${seconds(HEALTH_DEADLINE_MILLISECONDS)} per store; one probe a second`,
  ],
  ["Time to finish after SIGTERM or SIGINT", seconds(SHUTDOWN_DEADLINE_MILLISECONDS)],
];

/** What an account's document holds on MongoDB, and how it is written. */
export const MONGODB_BOUNDS: Table = [
  ["What", "Bound"],
  ["Entries are moved to the ledger", `each time \`seq\` passes a multiple of ${DRAIN_EVERY}`],
  ["Entries that a document may hold", `${ENTRIES_PER_DOCUMENT}, then a save drains first`],
  [
    "Idempotency keys in the window",
    `the newest ${count(limits.RECENT_KEYS_PER_ACCOUNT)}; the oldest go when ${
      limits.RECENT_KEYS_SLACK + 1
    } more have come`,
  ],
  [
    "Saves of different accounts that share a command",
    `${SWAPS_PER_COMMAND}, in ${SWAP_COMMANDS_AT_ONCE} commands at once`,
  ],
  ["Lost races before a command is `busy`", count(limits.LOST_RACES_MAX)],
  ["Entries that one page of a filtered list looks at", count(limits.PAGE_SCAN_MAX)],
];
