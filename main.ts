import type { Hono } from "hono";
import type { CardGateways } from "./domain/ports/card_gateway.ts";
import { createCardRefunds } from "./domain/workflows/card_refunds.ts";
import { createTopUpSettlement } from "./domain/workflows/top_ups.ts";
import { createAccounts } from "./domain/workflows/accounts.ts";
import { findContact } from "./domain/workflows/auth_codes.ts";
import { createDayEnds } from "./domain/workflows/day_ends.ts";
import { createAuditLog } from "./domain/workflows/audit.ts";
import { createNamedKeys } from "./domain/workflows/named_keys.ts";
import { createCardVault } from "./infra/crypto/card_vault.ts";
import { createSystemClock, pause } from "./infra/process/clock.ts";
import { openCodeChannel } from "./infra/webhooks/code_channel.ts";
import { CODES_SETTLING_MILLISECONDS, createCodeSender } from "./infra/webhooks/code_sender.ts";
import { createDigests } from "./infra/crypto/digests.ts";
import { openEvents } from "./infra/process/events.ts";
import { type Environment, readEnvironment } from "./infra/process/environment.ts";
import { createFleetReading } from "./infra/process/fleet_reading.ts";
import { openGateways, useOneGateway } from "./infra/gateways/open.ts";
import { createUserActions } from "./infra/crypto/user_actions.ts";
import { createIds } from "./infra/crypto/ids.ts";
import { CACHE_SETTLING_MILLISECONDS } from "./infra/memory/layered_account_cache.ts";
import { createLineWriter, createLog, OwnText } from "./infra/process/log.ts";
import { readCommit } from "./infra/process/commit.ts";
import { openStores } from "./infra/process/opening.ts";
import type { Replacements } from "./infra/process/replacements.ts";
import { runUntilSignal } from "./infra/process/running.ts";
import { exitWithFaults, startOrExit } from "./infra/process/start_refused.ts";
import { createSweep } from "./infra/process/sweeping.ts";
import type { Variables } from "./infra/process/env_file.ts";
import { readVariables } from "./infra/process/variables.ts";
import { createSecretHasher } from "./infra/crypto/secret_hasher.ts";
import { portsOfRoutes, type Store } from "./infra/store.ts";
import { openObserver } from "./infra/telemetry/open.ts";
import { together } from "./infra/process/together.ts";
import { createApp } from "./routes/app.ts";
import type { Dependencies } from "./routes/http/dependencies.ts";
import { toEventBody } from "./routes/contract/event_body.ts";
import { createTexts, findUnknownTexts } from "./routes/contract/messages.ts";
import { VERSION } from "./routes/contract/version.ts";

/** The program, assembled and not yet listening. */
export interface Kese extends AsyncDisposable {
  readonly app: Hono;
  /** The app as it is served: requests that arrive together are handled together. */
  readonly fetch: (request: Request, connection: object) => Promise<Response>;
  readonly store: Store;
  readonly dependencies: Dependencies;
  readonly gateways: CardGateways;
  /** Asks the gateway about open top-ups, and removes what has expired. */
  sweep(): Promise<void>;
  /** Writes what is still in memory and closes the store. */
  close(): Promise<void>;
}

/** The composition root: chooses an adapter for each port and hands them to the routes. */
export async function openKese(
  environment: Environment,
  replaced: Replacements = {},
): Promise<Kese> {
  const { cardKeys, fleets, logLevel: level } = environment;
  const clock = replaced.clock ?? createSystemClock();
  const log = replaced.log ??
    createLog({ level, clock, write: createLineWriter(Deno.stdout).write });
  const opening = { ...replaced, clock, log };
  const { store, keyring, cache, limiter, settled } = await openStores(environment, opening);
  const { journal, people } = store;
  const observer = replaced.observer ?? await openObserver(environment);
  const observing = { clock, log, ...(observer && { observer }) };
  const accounts = createAccounts({ ...observing, store: store.accounts, journal, pause, cache });
  const vault = createCardVault(store.vault, {
    sealing: cardKeys,
    fingerprint: () => keyring.key("card_fingerprint"),
  });
  const gateways = replaced.gateway ? useOneGateway(replaced.gateway) : await openGateways({
    names: environment.cardGateway,
    settings: environment.gateways,
    sandboxCharges: store.sandboxCharges,
    clock,
  });
  const money = { accounts, store: store.accounts, journal, gateways, clock, log };
  const cardRefunds = createCardRefunds(money);
  const settlement = createTopUpSettlement({
    ...money,
    counters: store.auth,
    vault,
    people,
    actions: createUserActions(store.actions, cardKeys),
    callbackUrl: (topUpId) => `${environment.publicUrl}/update_balance/${topUpId}/donus`,
  });
  const audit = createAuditLog({ sink: store.audit, clock, log });
  const digests = createDigests(() => keyring.key("idempotency"));
  const codeSender = createCodeSender({
    channel: replaced.codeChannel ?? await openCodeChannel(environment, { clock, log }),
    // Users of a fleet that was removed are sent nothing.
    contactOf: async (id) =>
      fleets.has(id.filo) ? await findContact({ accounts, people }, id) : undefined,
    clock,
    log,
    pause,
  });
  const dependencies: Dependencies = {
    accounts,
    ...portsOfRoutes(store),
    fleet: createFleetReading({ store, keyring }),
    dayEnds: createDayEnds({ store: store.dayEnds, clock, timeZone: environment.timeZone }),
    namedKeys: createNamedKeys({ store: store.namedKeys, digests, ids: createIds(), log }),
    cache,
    vault,
    gateways,
    settlement,
    cardRefunds,
    events: await openEvents(environment, { ...observing, store, toBody: toEventBody }),
    hasher: replaced.hasher ?? createSecretHasher(),
    digests,
    ids: createIds(),
    ...observing,
    audit,
    limiter,
    codeSender,
    texts: createTexts(environment.texts),
    opening: () => keyring.isOpen() ? undefined : keyring.open(),
    stores: [store.health, { name: "keys", ping: keyring.open }],
    settings: environment,
  };
  const app = createApp(dependencies);
  return {
    app,
    fetch: together((request, connection) => app.fetch(request, connection)),
    store,
    dependencies,
    gateways,
    sweep: createSweep({ ...dependencies, keyring, store }),
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    await clock.within(codeSender.settled(), CODES_SETTLING_MILLISECONDS);
    await Promise.all([audit.flush(), dependencies.namedKeys.settled()]);
    await clock.within(settled(), CACHE_SETTLING_MILLISECONDS);
    await store.close();
  }
}

/** Reads the environment, or exits and lists everything that is wrong with it. */
export function readEnvironmentOrExit(variables: Variables): Environment {
  const read = readEnvironment(variables, findUnknownTexts);
  if (read.ok) return read.environment;
  exitWithFaults([...read.faults, "See .env.example for every variable."]);
}

/** Reads the variables of this process, or exits. A task must not create a missing store. */
export function readVariablesOrExit(
  making: { readonly mayMakeStore: boolean },
): Promise<Variables> {
  return startOrExit(() => readVariables({ own: Deno.env.toObject(), ...making }));
}

/** Opens the existing store for a task, or exits. */
export function openForTask(environment: Environment): Promise<Kese> {
  return startOrExit(() => openKese(environment, { mayMakeStore: false }));
}

/** Starts Kese and runs it until a signal stops it. */
async function main(): Promise<void> {
  const environment = readEnvironmentOrExit(await readVariablesOrExit({ mayMakeStore: true }));
  const clock = createSystemClock();
  const lines = createLineWriter(Deno.stdout);
  const log = createLog({ level: environment.logLevel, clock, write: lines.write });
  const root = new URL(".", import.meta.url);
  const commit = await readCommit(root, Deno.env.get("DENO_DEPLOYMENT_ID"));
  const build = { version: VERSION, commit: commit === null ? null : new OwnText(commit) };
  await startOrExit(async () => {
    const kese = await openKese(environment, {
      clock,
      log,
      onRefused: ({ faults }) => exitWithFaults(faults),
    });
    if (environment.mode === "development") {
      const { loadSamplesIntoEmptyStore } = await import("./infra/process/sample_users.ts");
      await loadSamplesIntoEmptyStore(kese.store, { ...environment, ports: kese.dependencies });
    }
    runUntilSignal(kese, { environment, build, clock, log, lines });
  });
}

if (import.meta.main) await main();
