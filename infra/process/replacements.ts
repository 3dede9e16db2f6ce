import type { CardGateway } from "../../domain/ports/card_gateway.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Observer } from "../../domain/ports/observer.ts";
import type { SecretHasher } from "../../domain/ports/secret_hasher.ts";
import type { Store } from "../store.ts";
import type { CodeChannel } from "../webhooks/code_channel.ts";
import type { StoresOpening } from "./opening.ts";

/** Adapters with which a test replaces the real ones, and how a store is opened. */
export interface Replacements extends Pick<StoresOpening, "mayMakeStore" | "onRefused"> {
  readonly store?: Store;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly hasher?: SecretHasher;
  readonly gateway?: CardGateway;
  readonly codeChannel?: CodeChannel;
  readonly observer?: Observer;
}
