import fc from "fast-check";
import {
  DAY_MILLISECONDS,
  HOUR_MILLISECONDS,
  OPEN_HOLDS_PER_ACCOUNT,
  RECENT_KEYS_PER_ACCOUNT,
  RECENT_KEYS_SLACK,
} from "../../../domain/limits.ts";
import { CARDS } from "./cards.ts";
import { type FaultKind, NO_FAULT, type PlannedFault } from "./faults.ts";
import {
  type Action,
  type Happening,
  INSTANCES,
  type Plan,
  type Request,
  type Step,
} from "./plan.ts";

/** Most requests are about one user; the last one is not there from the beginning. */
const USERS_OFTEN = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2];
const KEYS = 5;
const RUSH_KEYS = 15;
const CLIENTS = { minLength: 3, maxLength: 8, size: "max" } as const;
const STEPS = { minLength: 8, maxLength: 24, size: "max" } as const;
const FAULTS = { minLength: 100, maxLength: 500, size: "max" } as const;
const MINUTE_MILLISECONDS = 60_000;

const WANTS_THE_USER = CARDS.findIndex(({ waits }) => waits);

const place = fc.nat(11);
/** Any, and more often one that is declined, whose answer is lost, or whose bank wants the user. */
const card = fc.oneof(fc.nat(CARDS.length - 1), fc.constantFrom(2, 3, 3, 4, WANTS_THE_USER));
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5_000, max: 20_000 }) },
);

/** Any, and more often one of the newest, which others end at the same time. */
const hold = fc.oneof(place, fc.nat(1), fc.nat(1));

function sometimes<T>(value: fc.Arbitrary<T>, nil = 1): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: nil, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

function kind<const Kind extends string>(...kinds: readonly Kind[]): fc.Arbitrary<Kind> {
  return fc.constantFrom(...kinds);
}

const creation = fc.record({
  kind: kind("create_user"),
  balance: fc.oneof(fc.nat(20_000), fc.integer({ min: 50_000, max: 400_000 })),
  cards: fc.array(card, { maxLength: 5 }),
  selected: sometimes(card),
});

const ACTIONS = {
  create_user: creation,
  save_card: fc.record({ kind: kind("save_card"), card: fc.nat(CARDS.length - 1) }),
  choose_card: fc.record({ kind: kind("select_card", "remove_card"), card: place }),
  pay: fc.record({ kind: kind("pay"), amount, order: sometimes(fc.nat(99)) }),
  // Often a part of a payment that was refunded in part before.
  refund: fc.record({
    kind: kind("refund"),
    payment: sometimes(fc.oneof(place, fc.nat(2))),
    amount: fc.oneof(fc.constant(null), amount, fc.integer({ min: 1, max: 1_500 })),
  }),
  top_up: fc.record({ kind: kind("top_up"), amount, card: sometimes(place, 3) }),
  card_refund: fc.record({
    kind: kind("card_refund"),
    topUp: sometimes(fc.nat(3)),
    // Two that the sandbox refuses, or gives back without saying so.
    amount: fc.oneof(
      fc.constant(null),
      fc.integer({ min: 1, max: 800 }),
      fc.constantFrom(1_313, 1_313, 1_314),
    ),
  }),
  return: fc.record({
    kind: kind("return_from_bank"),
    which: fc.nat(3),
    result: fc.constantFrom("approve", "approve", "refuse"),
  }),
  person: fc.record({ kind: kind("change_profile", "change_auth_code"), to: fc.nat(3) }),
  erase: fc.record({ kind: kind("erase") }),
  hold: fc.record({
    kind: kind("place_hold"),
    // Often small, so that many are open at once.
    amount: fc.oneof(
      { weight: 1, arbitrary: amount },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 50 }) },
    ),
    minutes: sometimes(fc.constantFrom(1, 5, 10, 60), 3),
    order: sometimes(fc.nat(99)),
  }),
  capture: fc.record({ kind: kind("capture_hold"), hold, amount: sometimes(amount) }),
  release: fc.record({ kind: kind("release_hold"), hold }),
  adjust: fc.oneof(
    fc.record({ kind: kind("adjust"), direction: fc.constantFrom("credit", "debit"), amount }),
    fc.constant({ kind: "adjust", direction: "debit", amount: null }),
  ),
  freeze: fc.record({ kind: kind("freeze", "unfreeze", "unfreeze") }),
  close: fc.record({ kind: kind("close") }),
  read: fc.oneof(
    fc.record({ kind: kind("read_balance", "read_cards", "read_profile") }),
    fc.record({
      kind: kind("read_payment", "read_top_up", "read_hold", "read_card_refund"),
      which: place,
    }),
  ),
} as const satisfies Readonly<Record<string, fc.Arbitrary<Action>>>;

type Way = Readonly<Partial<Record<keyof typeof ACTIONS, number>>>;

/** Takes ten saved cards within an hour: that is rare. */
const CARD_SAVING: Way = {
  ...{ create_user: 1, save_card: 30, choose_card: 5, pay: 1, refund: 1, top_up: 2, read: 2 },
};
const MONEY: Way = { pay: 9, refund: 6, top_up: 2, read: 2 };
/** What clients do, by how often: a bit of all, mostly money, cards, top-ups, rides or support. */
const WAYS: readonly Way[] = [
  {
    ...{ create_user: 1, save_card: 3, choose_card: 3, pay: 6, refund: 5, top_up: 4, read: 4 },
    ...{
      hold: 3,
      capture: 2,
      release: 1,
      adjust: 2,
      freeze: 1,
      card_refund: 4,
      return: 3,
      person: 2,
    },
  },
  MONEY,
  CARD_SAVING,
  CARD_SAVING,
  { save_card: 1, choose_card: 1, pay: 1, top_up: 20, return: 8, card_refund: 8, read: 2 },
  { hold: 30, capture: 20, release: 10, pay: 2, refund: 2, adjust: 1, read: 4 },
  {
    ...{ adjust: 8, freeze: 6, close: 4, pay: 3, refund: 2, hold: 3, capture: 2, release: 1 },
    ...{ save_card: 1, choose_card: 1, top_up: 2, card_refund: 1, person: 4, erase: 6, read: 4 },
  },
];

const HAPPENINGS: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: kind("time_passes"),
      milliseconds: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(1, 1_000, 6_000, 11_000) },
        { weight: 4, arbitrary: fc.constantFrom(11 * MINUTE_MILLISECONDS, HOUR_MILLISECONDS) },
        { weight: 1, arbitrary: fc.constant(366 * DAY_MILLISECONDS) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind("clock_jumps_back"),
      instance: fc.nat(INSTANCES - 1),
      milliseconds: fc.constantFrom(1_000, 5 * MINUTE_MILLISECONDS, HOUR_MILLISECONDS),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind("redis_stops", "redis_returns", "redis_returns", "sweep") }),
  },
);

function requests<Wanted extends Action>(
  action: fc.Arbitrary<Wanted>,
): fc.Arbitrary<Request & { readonly action: Wanted }> {
  return fc.record({
    action,
    user: fc.constantFrom(...USERS_OFTEN),
    instance: fc.nat(INSTANCES - 1),
    key: sometimes(fc.nat(KEYS - 1), 2),
    repeats: fc.boolean(),
    language: fc.constantFrom("tr", "en"),
  });
}

function stepsOf(way: Way): fc.Arbitrary<Step[]> {
  const action = fc.oneof(
    ...Object.entries(way).map(([name, weight]) => ({
      weight,
      arbitrary: ACTIONS[name as keyof typeof ACTIONS] as fc.Arbitrary<Action>,
    })),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: fc.record({ request: requests(action) }) },
    { weight: 1, arbitrary: fc.record({ happening: HAPPENINGS }) },
  );
  return fc.array(step, STEPS);
}

/** Runs where nothing fails, where it does now and then, and where it often does. */
function faultsOf(undisturbed: number): fc.Arbitrary<PlannedFault[]> {
  const bad: FaultKind[] = ["fails_before", "fails_after", "lands_late", "conflict"];
  const fault = fc.record({
    kind: fc.oneof(
      { weight: undisturbed, arbitrary: fc.constant<FaultKind>("none") },
      { weight: 9, arbitrary: fc.constantFrom(...bad) },
      { weight: 1, arbitrary: fc.constant<FaultKind>("full") },
    ),
    turns: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(25) }),
    milliseconds: fc.oneof(
      { weight: 12, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(3, 5_000, 11_000) },
    ),
  });
  return fc.array(fault, FAULTS);
}

const SMALL_PAYMENT = { kind: "pay", amount: 1, order: null } as const;
const SMALL_HOLD = { kind: "place_hold", amount: 1, minutes: null, order: null } as const;

function inRush(place: number, key: number | null, action: Action = SMALL_PAYMENT): Request {
  const instance = Math.floor(place / 2) % INSTANCES;
  return { action, user: 0, instance, key, repeats: true, language: "tr" };
}

/** Every second one has a key that others have too. */
const RUSH = Array.from(
  { length: 80 },
  (_, place) => inRush(place, place % 2 === 0 ? null : KEYS + place % RUSH_KEYS),
);

/** More than an account may have open, so that clients find no room before some of them have ended. */
const HOLD_RUSH = Array.from(
  { length: OPEN_HOLDS_PER_ACCOUNT + 4 },
  (_, place) => inRush(place, null, SMALL_HOLD),
);

/** A key for each, the clients' own the oldest of them, and more than an account remembers. */
const LONG_RUSH = Array.from(
  { length: RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK + 200 },
  (_, place) => inRush(place, place),
);

/** Users whose selected card is one whose bank wants to see them, in every third plan. */
const openings = fc.tuple(requests(creation), requests(creation), fc.nat(2)).map(
  ([first, second, third]) =>
    [first, second].map((opening, user): Request => ({
      ...opening,
      user,
      action: third === 0 ? { ...opening.action, selected: WANTS_THE_USER } : opening.action,
    })),
);

export const PLANS: fc.Arbitrary<Plan> = fc.record({
  skewMilliseconds: fc.constantFrom(0, 5 * MINUTE_MILLISECONDS, -5 * MINUTE_MILLISECONDS),
  openings,
  rush: fc.constantFrom([], [], RUSH, HOLD_RUSH),
  clients: fc.oneof(
    ...WAYS.map((way) => fc.array(stepsOf(way), CLIENTS)),
  ),
  faults: fc.oneof(fc.constant([]), faultsOf(60), faultsOf(20), faultsOf(6)),
});

/** As many calls as the rush makes: a payment that was `busy` then would have used no key. */
const UNDISTURBED = Array.from({ length: 150 }, () => NO_FAULT);

/** Plans in which the first user has used more keys than an account remembers before clients come. */
export const LONG_PLANS: fc.Arbitrary<Plan> = fc.record({
  plan: PLANS,
  clients: fc.array(stepsOf(MONEY), CLIENTS),
  faults: fc.oneof(fc.constant([]), faultsOf(60)),
}).map(({ plan, clients, faults }) => {
  const [first, ...others] = plan.openings;
  const rich = { kind: "create_user", balance: 100_000, cards: [0], selected: null } as const;
  const openings = first ? [{ ...first, action: rich }, ...others] : [];
  return { ...plan, clients, openings, rush: LONG_RUSH, faults: [...UNDISTURBED, ...faults] };
});
