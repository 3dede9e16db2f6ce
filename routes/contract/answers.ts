import { z } from "zod";
import { CARD_BRANDS } from "../../domain/card_brand.ts";
import {
  ADJUSTMENT_DIRECTIONS,
  ADJUSTMENT_REASONS,
  DECLINE_REASONS,
  ENTRY_TYPES,
} from "../../domain/journal.ts";
import { SCOPES } from "../../domain/auth.ts";
import { EVENT_STATUSES } from "../../domain/ports/event_outbox.ts";
import { HOLD_ENDS } from "../../domain/rejection.ts";
import { CURRENCY } from "../../domain/money.ts";

/**
 * Shapes of answers: the documentation is made from them, and the compiler checks the handlers against them.
 * Each has an id, because generators of clients name their classes by it.
 */
export const money = z.string().regex(/^\d+\.\d{2}$/)
  .meta({ description: "TRY with two decimals.", example: "989.50" });
export const signedMoney = z.string().regex(/^-?\d+\.\d{2}$/);
const available = money.meta({ description: "The balance without what open holds set aside." });
const held = money.meta({ description: "What open holds set aside." });
export const instant = z.iso.datetime().meta({ example: "2026-01-31T09:30:00.000Z" });
export const currency = z.literal(CURRENCY);
export const message = z.string().meta({
  description: "For people; programs match fields and codes.",
});

const accountStatus = z.enum(["active", "frozen", "closed"]);

const cardAnswer = z.object({
  cardId: z.string(),
  alias: z.string().optional(),
  maskedNumber: z.string().meta({ example: "424242******4242" }),
  bin: z.string().nullable().meta({ description: "The first six digits; null under 15 digits." }),
  last4: z.string(),
  brand: z.enum(CARD_BRANDS),
  expireMonth: z.int().min(1).max(12).optional(),
  expireYear: z.int().optional(),
  expired: z.boolean().optional().meta({
    description: "Whether its last month was over. Left out where the expiry is not known.",
  }),
  selected: z.boolean(),
  verified: z.boolean().meta({ description: "Passes Luhn; only such a card can be charged." }),
  createdAt: instant,
}).meta({ id: "Card" });

export const homeAnswer = z.object({
  message,
  name: z.literal("Kese"),
  version: z.string().meta({ example: "0.1.0" }),
  links: z.object({ reference: z.url(), desk: z.url(), openapi: z.url(), health: z.url() }),
  firstPayment: z.array(z.object({
    step: z.string().meta({ description: "What the command does." }),
    command: z.string().meta({ description: "For a terminal; needs curl." }),
  })),
}).meta({ id: "Home" });

export const messageAnswer = z.object({ message }).meta({ id: "Message" });
export const cardSavedAnswer = z.object({ message, card: cardAnswer }).meta({ id: "SavedCard" });
export const cardListAnswer = z.object({
  message,
  cards: z.array(cardAnswer),
  // Not .nullable(): OpenAPI's generator would make it an allOf that null cannot pass.
  selectedCard: z.union([cardAnswer, z.null()]),
}).meta({ id: "CardList" });

export const accountAnswer = z.object({
  message,
  userNo: z.string(),
  balance: money,
  available,
  currency,
  cards: z.array(cardAnswer),
}).meta({ id: "Account" });

const profile = z.object({
  name: z.string(),
  surname: z.string(),
  birthDate: z.string().meta({ example: "1990-01-01" }),
  phoneNumber: z.string().meta({ description: "E.164.", example: "+905321234567" }),
  email: z.string().meta({ example: "john.doe@example.com" }),
}).meta({ id: "Profile" });

export const personAnswer = z.object({
  message,
  userNo: z.string(),
  status: accountStatus,
  ...profile.shape,
  createdAt: instant,
  counts: z.object({
    cards: z.int().min(0),
    entries: z.int().min(1).meta({ description: "Of the journal." }),
    openHolds: z.int().min(0),
    openTopUps: z.int().min(0),
  }).meta({ id: "UserCounts" }),
}).meta({ id: "User" });

export const sessionsEndedAnswer = z.object({
  message,
  ended: z.int().min(0).meta({ description: "How many sessions ended." }),
}).meta({ id: "SessionsEnded" });

export const accountStatusAnswer = z.object({
  message,
  userNo: z.string(),
  status: accountStatus,
}).meta({ id: "AccountStatus" });

const openHold = z.object({ holdId: z.string(), amount: money, expiresAt: instant })
  .meta({ id: "OpenHold" });

export const balanceAnswer = z.object({
  message,
  userNo: z.string(),
  status: accountStatus,
  balance: money,
  held,
  available,
  currency,
  holds: z.array(openHold),
}).meta({ id: "Balance" });

export const paymentAnswer = z.object({
  message,
  paymentId: z.string(),
  amount: money,
  balance: money.meta({ description: "After the payment." }),
  available,
  currency,
  createdAt: instant,
  holdId: z.string().optional().meta({ description: "Of the hold that it captured." }),
  orderId: z.string().optional(),
  description: z.string().optional(),
}).meta({ id: "Payment" });

export const paymentStateAnswer = paymentAnswer.omit({ balance: true, available: true }).extend({
  balanceAfter: money.meta({ description: "After the payment, not now." }),
  refunded: money,
  refundable: money,
}).meta({ id: "PaymentState" });

export const refundAnswer = z.object({
  message,
  refundId: z.string(),
  paymentId: z.string(),
  amount: money,
  balance: money.meta({ description: "After the refund." }),
  available,
  currency,
  createdAt: instant,
}).meta({ id: "Refund" });

/** A hold as it is placed or released. */
export const holdAnswer = z.object({
  message,
  holdId: z.string(),
  status: z.enum(["open", "released"]),
  amount: money,
  balance: money,
  held,
  available,
  currency,
  expiresAt: instant.optional(),
  createdAt: instant,
  orderId: z.string().optional(),
  description: z.string().optional(),
}).meta({ id: "Hold" });

export const holdStateAnswer = z.object({
  message,
  holdId: z.string(),
  status: z.enum(["open", ...HOLD_ENDS]),
  amount: money,
  currency,
  expiresAt: instant,
  createdAt: instant,
  orderId: z.string().optional(),
  description: z.string().optional(),
  paymentId: z.string().optional().meta({ description: "Of the payment that captured it." }),
  capturedAmount: money.optional(),
}).meta({ id: "HoldState" });

export const adjustmentAnswer = z.object({
  message,
  adjustmentId: z.string(),
  direction: z.enum(ADJUSTMENT_DIRECTIONS),
  reason: z.enum(ADJUSTMENT_REASONS),
  amount: money,
  balance: money.meta({ description: "After the adjustment." }),
  available,
  currency,
  createdAt: instant,
  note: z.string().optional(),
  orderId: z.string().optional(),
}).meta({ id: "Adjustment" });

const declineReason = z.enum(DECLINE_REASONS)
  .meta({ id: "DeclineReason" });

/** One shape for 201, 202 and the look at it later: a client reads all of them with one class. */
export const topUpAnswer = z.object({
  message,
  topUpId: z.string(),
  status: z.enum(["credited", "pending", "requires_action", "failed"]),
  amount: money,
  balance: money.meta({ description: "When its outcome became known; until then, when it began." }),
  available,
  currency,
  card: cardAnswer,
  createdAt: instant,
  action: z.object({
    url: z.string().meta({ description: "To be opened in the user's browser (3-D Secure)." }),
    expiresAt: instant,
  }).meta({ id: "TopUpAction" }).optional(),
  declineReason: declineReason.optional(),
}).meta({ id: "TopUp" });

/** One shape for 201, 202 and the look at it later. */
export const cardRefundAnswer = z.object({
  message,
  cardRefundId: z.string(),
  topUpId: z.string(),
  status: z.enum(["completed", "pending", "failed"]),
  amount: money,
  balance: money.meta({ description: "When its outcome became known; until then, when it began." }),
  available,
  currency,
  createdAt: instant,
}).meta({ id: "CardRefund" });

export const entryAnswer = z.object({
  id: z.string(),
  seq: z.int().min(1).meta({ description: "1, 2, 3 … without a gap." }),
  type: z.enum(ENTRY_TYPES),
  amount: money,
  delta: signedMoney.meta({ description: "What it did to the balance.", example: "-10.50" }),
  balanceAfter: money,
  createdAt: instant,
  requestId: z.string(),
  by: z.string().regex(/^(fleet|session|kese|key_[0-9A-Z]{26})$/).meta({
    description:
      "Who asked for it: `fleet`, one of its named keys by its keyId, the user's own `session`, or `kese` itself.",
    example: "fleet",
  }),
  paymentId: z.string().optional(),
  topUpId: z.string().optional(),
  cardRefundId: z.string().optional(),
  holdId: z.string().optional(),
  expiresAt: instant.optional().meta({ description: "Of a hold." }),
  direction: z.enum(ADJUSTMENT_DIRECTIONS).optional(),
  note: z.string().optional(),
  orderId: z.string().optional(),
  description: z.string().optional(),
  reason: z.string().optional().meta({
    description: "The fleet's own words; of an adjustment its kind.",
  }),
  declineReason: declineReason.optional(),
  gateway: z.string().optional().meta({ description: "Which card gateway was asked." }),
  providerRef: z.string().optional().meta({ description: "The gateway's name of the charge." }),
  card: cardAnswer.optional(),
  cards: z.array(cardAnswer).optional(),
}).meta({ id: "Entry" });

export const entryListAnswer = z.object({
  message,
  data: z.array(entryAnswer),
  nextCursor: z.string().nullable().meta({ description: "Null on the last page." }),
}).meta({ id: "EntryList" });

export const userListAnswer = z.object({
  message,
  data: z.array(
    z.object({
      userNo: z.string(),
      status: accountStatus,
      name: z.string().optional().meta({ description: "Absent once the person was erased." }),
      surname: z.string().optional(),
      balance: money,
      held,
      available,
      currency,
      createdAt: instant,
    }).meta({ id: "ListedUser" }),
  ),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short, and even empty, and not the last.",
  }),
}).meta({ id: "UserList" });

export const fleetEntryListAnswer = z.object({
  message,
  data: z.array(entryAnswer.extend({ userNo: z.string() }).meta({ id: "FleetEntry" })),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short, and even empty, and not the last.",
  }),
}).meta({ id: "FleetEntryList" });

const eventState = z.object({
  id: z.string().meta({ description: "The entry's id, and the event's `webhook-id`." }),
  type: z.enum(ENTRY_TYPES),
  userNo: z.string(),
  seq: z.int().min(1).meta({ description: "The entry's number in its account." }),
  createdAt: instant,
  status: z.enum(EVENT_STATUSES),
  attempts: z.int().min(0).meta({
    description: "How often it was sent since it was last asked for.",
  }),
  lastStatus: z.int().nullable().meta({
    description:
      "The HTTP status of the last answer; null if there was none, or it was the first try.",
  }),
  nextAttemptAt: instant.nullable().meta({ description: "When a pending event is sent again." }),
}).meta({ id: "EventState" });

export const eventListAnswer = z.object({
  message,
  data: z.array(eventState),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short and not the last.",
  }),
}).meta({ id: "EventList" });

export const eventAgainAnswer = z.object({ message, event: eventState })
  .meta({ id: "RepeatedEvent" });

export const userDataAnswer = balanceAnswer.extend({
  profile,
  cards: z.array(cardAnswer),
  sessions: z.array(
    z.object({ createdAt: instant, expiresAt: instant }).meta({ id: "SessionTimes" }),
  ),
  entries: z.array(entryAnswer).meta({
    description: "Every entry of the journal, newest first, as of the beginning of the answer.",
  }),
}).meta({ id: "UserData" });

export const codeAnswer = z.object({
  message,
  expiresIn: z.int().min(1).meta({ description: "Seconds.", example: 900 }),
  delivery: z.enum(["response", "out_of_band"]),
  code: z.string().optional(),
}).meta({ id: "OneTimeCode" });

export const sessionAnswer = z.object({
  message,
  token: z.string().meta({ example: "ks_…" }),
  expiresIn: z.int().min(1).meta({ description: "Seconds.", example: 86400 }),
}).meta({ id: "Session" });

const scope = z.enum(SCOPES);

const namedKey = z.object({
  keyId: z.string().meta({ example: "key_01JABCDEFGHJKMNPQRSTVWXYZ0" }),
  name: z.string(),
  scopes: z.array(scope),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable().meta({ description: "To the minute." }),
}).meta({ id: "NamedKey" });

export const newNamedKeyAnswer = namedKey.omit({ lastUsedAt: true }).extend({
  message,
  key: z.string().meta({ description: "Shown this once; only its hash is kept.", example: "kk_…" }),
}).meta({ id: "NewNamedKey" });

export const namedKeyListAnswer = z.object({
  message,
  data: z.array(namedKey),
  nextCursor: z.string().nullable().meta({ description: "Null on the last page." }),
}).meta({ id: "NamedKeyList" });

export const revokedKeyAnswer = namedKey.extend({ message, revokedAt: instant })
  .meta({ id: "RevokedKey" });

export const auditListAnswer = z.object({
  message,
  data: z.array(
    z.object({
      createdAt: instant.meta({ description: "When the request came." }),
      requestId: z.string(),
      who: z.enum(["fleet", "session", "anonymous"]),
      key: z.string().optional().meta({ description: "keyId of the named key that it came with." }),
      userNo: z.string().nullable(),
      operation: z.string().meta({ example: "pay" }),
      status: z.int().min(100).max(599),
      code: z.string().nullable().meta({ description: "Of its problem; null if it succeeded." }),
      fields: z.array(z.string()).optional().meta({
        description: "Names of the personal data that were changed.",
      }),
      peer: z.string().optional().meta({ description: "Address of a caller whom nobody knows." }),
    }).meta({ id: "AuditRecord" }),
  ),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short, or empty, and not the last.",
  }),
}).meta({ id: "AuditList" });

const fieldError = z.object({ field: z.string(), code: z.string(), message })
  .meta({ id: "FieldError" });

/** The facts behind a refusal: each code has some of them. */
const facts = z.object({
  balance: money,
  available,
  amount: money,
  holdStatus: z.enum(HOLD_ENDS).meta({ description: "What became of the hold." }),
  holds: z.int().min(0).meta({ description: "How many are open." }),
  openTopUps: z.int().min(0),
  refundable: money,
  cardId: z.string().nullable(),
  expired: z.boolean().meta({ description: "The card's last month is over." }),
  saveAgain: z.boolean().meta({ description: "The card has to be saved again to be charged." }),
  scope: scope.meta({ description: "What the named key would have to be allowed." }),
  keyId: z.string(),
  paymentId: z.string(),
  paymentIds: z.array(z.string()).meta({
    description: "The payments that were found, newest first.",
  }),
  topUpId: z.string(),
  cardRefundId: z.string(),
  declineReason,
  parameter: z.string(),
  header: z.string(),
  nearest: z.string().meta({ description: "The nearest parameter that there is." }),
  policy: z.string().meta({ description: "The limit that was passed." }),
  limit: z.int().min(1),
  windowSeconds: z.int().min(1),
  retryAfterSeconds: z.int().min(0),
  stores: z.string().meta({ description: "Which of them do not answer." }),
});

export const problemAnswer = z.object({
  type: z.string().meta({ example: "urn:kese:problem:insufficient_balance" }),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional().meta({ description: "What to do next, where there is a way on." }),
  code: z.string(),
  message,
  requestId: z.string(),
  errors: z.array(fieldError).optional(),
  ...facts.partial().shape,
});

/** The bodies that the handlers make; the message comes with the language of the request. */
export type BalanceBody = Omit<z.output<typeof balanceAnswer>, "message">;
export type PaymentBody = Omit<z.output<typeof paymentAnswer>, "message">;
export type PaymentStateBody = Omit<z.output<typeof paymentStateAnswer>, "message">;
export type HoldBody = Omit<z.output<typeof holdAnswer>, "message">;
export type OpenHoldBody = z.output<typeof openHold>;
export type HoldStateBody = Omit<z.output<typeof holdStateAnswer>, "message">;
export type AdjustmentBody = Omit<z.output<typeof adjustmentAnswer>, "message">;
export type RefundBody = Omit<z.output<typeof refundAnswer>, "message">;
export type TopUpBody = Omit<z.output<typeof topUpAnswer>, "message" | "status">;
export type CardRefundBody = Omit<z.output<typeof cardRefundAnswer>, "message">;
export type AuditListBody = Omit<z.output<typeof auditListAnswer>, "message">;
export type NamedKeyBody = z.output<typeof namedKey>;
export type EventStateAnswer = z.output<typeof eventState>;
export type EntryAnswer = z.output<typeof entryAnswer>;
export type CardAnswer = z.output<typeof cardAnswer>;
