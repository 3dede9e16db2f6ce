import type { FakeCall, FakeStep, GatewayFake } from "../../../support/gateways/fake.ts";
import { AMOUNT, type Ending, type Shown, type Stage } from "./stage.ts";

export interface Scenario {
  readonly name: string;
  /** What the fake has to be able to play. */
  readonly needs: readonly (readonly [FakeCall, FakeStep])[];
  /** Further conditions on the adapter. */
  readonly appliesTo?: (fake: GatewayFake) => boolean;
  /** Plays it. What it returns has to equal what is expected of it. */
  readonly play: (stage: Stage) => Promise<void>;
  /** By the adapter, where its traits make a difference. */
  readonly expected: Shown | ((fake: GatewayFake) => Shown);
}

export const charged = (...endings: Ending[]): Shown => ({
  endings,
  charges: 1,
  leftKurus: AMOUNT,
});
export const nothing = (...endings: Ending[]): Shown => ({ endings, charges: 0, leftKurus: 0 });
export const givenBack = (...endings: Ending[]): Shown => ({ endings, charges: 1, leftKurus: 0 });

export const isRepeatable = ({ gateway }: GatewayFake): boolean =>
  gateway.traits.repeatableSeconds > 0;

/** Answers after which nobody knows what happened, although all of it did. */
export const UNREADABLE: readonly FakeStep[] = [
  "lost_after",
  "half_an_answer",
  "slow",
  "server_error_after",
  "wrong_signature",
  "wrong_amount",
  "wrong_currency",
  "wrong_reference",
];
export const NOTHING_HAPPENED: readonly FakeStep[] = ["lost_before", "server_error_before"];
