import { type AccountCreationPorts, createAccount } from "../../domain/workflows/opening.ts";
import { CardNumber } from "../../domain/card_number.ts";
import { parseBalance } from "../../domain/money.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Ids } from "../../domain/ports/ids.ts";
import type { Store } from "../store.ts";
import type { Environment } from "./environment.ts";
import sampleUsers from "./sample_users.json" with { type: "json" };

interface SampleLoading {
  readonly filo: string;
  readonly ports: AccountCreationPorts & { readonly clock: Clock; readonly ids: Ids };
  /** Called for each user once they exist. */
  readonly onUser?: (userNo: string, outcome: "created" | "existed") => void;
}

/** Creates the ten sample users in a fleet and leaves existing ones as they are. Returns how many are new. */
export async function loadSampleUsers({ filo, ports, onUser }: SampleLoading): Promise<number> {
  const created = await Promise.all(sampleUsers.map(async (user) => {
    const { userNo, authCode, selectedCard, allCards, balance, ...profile } = user;
    const at = ports.clock.now();
    const outcome = await createAccount(ports, {
      account: { filo, userNo },
      entryId: ports.ids.next("ent", at),
      at,
      requestId: "sample-users",
      by: "kese",
      authCode,
      profile,
      balanceKurus: requireRead(parseBalance(balance), userNo),
      cardNumbers: allCards.map((card) => requireRead(CardNumber.parse(card), userNo)),
      selectedCard: requireRead(CardNumber.parse(selectedCard), userNo),
    });
    if (outcome.outcome !== "accepted" && outcome.outcome !== "user_exists") {
      throw new Error(`Cannot create sample user ${userNo}: ${outcome.outcome}`);
    }
    const isNew = outcome.outcome === "accepted";
    onUser?.(userNo, isNew ? "created" : "existed");
    return isNew;
  }));
  return created.filter(Boolean).length;
}

/** Loads the sample users into the first fleet if the store has no users yet. */
export async function loadSamplesIntoEmptyStore(
  store: Pick<Store, "isEmpty">,
  { fleets, ports }: Pick<Environment, "fleets"> & Pick<SampleLoading, "ports">,
): Promise<void> {
  const [filo] = fleets.keys();
  if (filo !== undefined && await store.isEmpty()) await loadSampleUsers({ filo, ports });
}

function requireRead<T>(value: T | undefined, userNo: string): T {
  if (value === undefined) throw new Error(`Cannot read sample user ${userNo}`);
  return value;
}
