import type { FleetReading } from "../../domain/ports/fleet_reading.ts";
import { createCursors } from "../crypto/cursors.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Store } from "../store.ts";
import { createPace } from "./pace.ts";

/** What writing exports may take of the event loop, next to reading them: payments are decided there. */
const WRITING_SHARE = 0.07;

/** Creates what lists, exports and day's ends of a whole fleet are made with. */
export function createFleetReading(
  { store, keyring }: {
    readonly store: Pick<Store, "fleetJournal" | "dayEnds" | "peopleSearch">;
    readonly keyring: Pick<Keyring, "key">;
  },
): FleetReading {
  return {
    journal: store.fleetJournal,
    dayEnds: store.dayEnds,
    people: store.peopleSearch,
    cursors: createCursors(() => keyring.key("cursor")),
    pace: createPace({ share: WRITING_SHARE }),
  };
}
