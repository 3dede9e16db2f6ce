import type { EventTarget } from "../../domain/event_target.ts";
import type { EntryType } from "../../domain/journal.ts";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { type Mode, refuseTarget } from "../webhooks/target.ts";
import { isWebhookSecret } from "./webhook_secret.ts";

/** The targets of events, and what is wrong with them. No fault repeats a secret. */
interface ReadTargets {
  readonly targets: ReadonlyMap<string, EventTarget>;
  readonly faults: readonly string[];
}

const FORM =
  "EVENT_WEBHOOKS must be fleet:https://…|whsec_<base64>[|whsec_<second>][;types=payment+refund],…";

/** `hergele:https://…|whsec_…|whsec_…;types=payment+refund`. A comma within an address has to be %2C. */
const TARGET = /^([A-Za-z0-9_-]{1,64}):([^|;,\s]+)((?:\|[^|;,\s]+){1,2})(?:;types=([a-z_+]+))?$/;

/** Reads `EVENT_WEBHOOKS`: where the events of each fleet are sent. */
export function readEventTargets(
  text: string,
  mode: Mode,
): ReadTargets {
  const targets = new Map<string, EventTarget>();
  const faults: string[] = [];
  for (const item of text.split(",").map((one) => one.trim()).filter((one) => one !== "")) {
    const [, filo, url, secrets, types] = TARGET.exec(item) ?? [];
    if (filo === undefined || url === undefined || secrets === undefined || targets.has(filo)) {
      return { targets, faults: [FORM] };
    }
    const target = { url, secrets: secrets.slice(1).split("|") };
    const wanted = types?.split("+");
    faults.push(...findFaults(filo, { ...target, types: wanted }, mode));
    targets.set(filo, { ...target, ...(wanted && { types: new Set(wanted as EntryType[]) }) });
  }
  return { targets, faults };
}

interface GivenTarget extends Omit<EventTarget, "types"> {
  readonly types: readonly string[] | undefined;
}

function* findFaults(
  filo: string,
  { url, secrets, types = [] }: GivenTarget,
  mode: Mode,
): Generator<string> {
  const refusal = refuseTarget(url, mode);
  if (refusal !== undefined) yield `EVENT_WEBHOOKS of ${filo}: the address ${refusal}`;
  if (!secrets.every(isWebhookSecret)) {
    yield `EVENT_WEBHOOKS of ${filo}: a secret must be whsec_<base64 of 24 to 64 bytes>`;
  }
  const unknown = types.filter((type) => !(ENTRY_TYPES as readonly string[]).includes(type));
  if (unknown.length > 0) yield `EVENT_WEBHOOKS of ${filo}: there is no type ${unknown.join(", ")}`;
}
