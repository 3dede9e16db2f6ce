import type { Hono } from "hono";
import { SWEEP_INTERVAL_MILLISECONDS, TOP_UP_SWEEP_AFTER_MILLISECONDS } from "./domain/limits.ts";
import type { AccountCache } from "./domain/ports/account_cache.ts";
import type { CardGateway } from "./domain/ports/card_gateway.ts";
import type { Clock } from "./domain/ports/clock.ts";
import type { Log } from "./domain/ports/log.ts";
import type { RateLimiter } from "./domain/ports/rate_limiter.ts";
import type { SecretHasher } from "./domain/ports/secret_hasher.ts";
import { StoreUnavailableError } from "./domain/ports/errors.ts";
import { createTopUpSettlement } from "./domain/workflows/top_ups.ts";
import { createAccounts } from "./domain/workflows/accounts.ts";
import { createAuditLog } from "./domain/workflows/audit.ts";
import { createCardVault } from "./infra/crypto/card_vault.ts";
import { createSystemClock, pause } from "./infra/process/clock.ts";
import { type CodeChannel, openCodeChannel } from "./infra/webhooks/code_channel.ts";
import { CODES_SETTLING_MILLISECONDS, createCodeSender } from "./infra/webhooks/code_sender.ts";
import { createKeyring, type Keyring } from "./infra/crypto/keyring.ts";
import { developmentVariables } from "./infra/process/development.ts";
import { createDigests } from "./infra/crypto/digests.ts";
import { type Environment, readEnvironment, textsOf } from "./infra/process/environment.ts";
import { createSandboxGateway } from "./infra/gateways/sandbox.ts";
import { createIds } from "./infra/crypto/ids.ts";
import {
  CACHE_SETTLING_MILLISECONDS,
  createLayeredAccountCache,
} from "./infra/memory/layered_account_cache.ts";
import { createLineWriter, createLog, LAST_LINE_MILLISECONDS } from "./infra/process/log.ts";
import { createMemoryAccountCache } from "./infra/memory/account_cache.ts";
import { createMemoryRateLimiter } from "./infra/memory/rate_limiter.ts";
import { announce } from "./infra/process/announce.ts";
import { readCommit } from "./infra/process/commit.ts";
import { readEnvFile, type Variables } from "./infra/process/env_file.ts";
import { serve, SHUTDOWN_DEADLINE_MILLISECONDS } from "./infra/process/serving.ts";
import { noStore, orExit, refuseStart, StartRefusedError } from "./infra/process/start_refused.ts";
import { createSweep } from "./infra/process/sweeping.ts";
import { createRedisAdapters } from "./infra/redis/adapters.ts";
import { openRedis } from "./infra/redis/connection.ts";
import { createSecretHasher } from "./infra/crypto/secret_hasher.ts";
import type { Store } from "./infra/store.ts";
import { together } from "./infra/process/together.ts";
import { createApp } from "./routes/app.ts";
import type { Dependencies } from "./routes/http/dependencies.ts";
import { createTexts, unknownTexts } from "./routes/contract/messages.ts";
import { VERSION } from "./routes/contract/version.ts";

/** The program, put together and not yet listening. */
export interface Kese extends AsyncDisposable {
  readonly app: Hono;
  /** The app as it is served: what arrives together is worked on together. */
  readonly fetch: (request: Request, connection: object) => Promise<Response>;
  readonly store: Store;
  readonly dependencies: Dependencies;
  readonly gateway: CardGateway;
  /** Asks for the outcomes of open top-ups and takes away what has expired. */
  sweep(): Promise<void>;
  /** Writes what is still in memory and closes the store. */
  close(): Promise<void>;
}

/** Adapters that a test puts in the place of the real ones. */
export interface Replacements {
  readonly store?: Store;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly hasher?: SecretHasher;
  readonly gateway?: CardGateway;
  readonly codeChannel?: CodeChannel;
}

export interface Opening extends Replacements {
  /** Whether a store that is not there is made; a task that is to work on one must not. */
  readonly mayMakeStore?: boolean;
  /** Hears of a store that was away at the start and turns out to be one that must not be used. */
  readonly onRefused?: (refusal: StartRefusedError) => void;
}

/** The composition root: chooses an adapter for each port and hands them to the routes. */
export async function openKese(
  environment: Environment,
  replaced: Opening = {},
): Promise<Kese> {
  const { cardKeys, fleets, logLevel: level } = environment;
  const clock = replaced.clock ?? createSystemClock();
  const log = replaced.log ??
    createLog({ level, clock, write: createLineWriter(Deno.stdout).write });
  const { store, keyring, cache, limiter, settled } = await openStores(environment, {
    ...replaced,
    clock,
    log,
  });
  const { journal } = store;
  const accounts = createAccounts({
    store: store.accounts,
    journal,
    clock,
    log,
    pause,
    ...(cache && { cache }),
  });
  const vault = createCardVault(store.vault, {
    sealing: cardKeys,
    fingerprint: () => keyring.key("card_fingerprint"),
  });
  const gateway = replaced.gateway ?? createSandboxGateway(store.sandboxCharges);
  const settlement = createTopUpSettlement({
    accounts,
    store: store.accounts,
    journal,
    vault,
    gateway,
    clock,
    log,
  });
  const audit = createAuditLog({ sink: store.audit, clock, log });
  const codeSender = createCodeSender({
    channel: replaced.codeChannel ?? await openCodeChannel(environment, { clock, log }),
    // Nobody of a fleet that was removed is sent anything.
    contactOf: async (id) => fleets.has(id.filo) ? await store.auth.contact(id) : undefined,
    clock,
    log,
    pause,
  });
  const dependencies: Dependencies = {
    accounts,
    journal,
    auth: store.auth,
    vault,
    settlement,
    hasher: replaced.hasher ?? createSecretHasher(),
    digests: createDigests(() => keyring.key("idempotency")),
    ids: createIds(),
    clock,
    log,
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
    gateway,
    sweep: async () => {
      await keyring.open();
      const now = clock.now();
      const counts = await settlement.sweep(TOP_UP_SWEEP_AFTER_MILLISECONDS);
      if (Object.values(counts).some((count) => count > 0)) log.info("top_ups_swept", counts);
      await store.keepHouse(now);
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    await clock.within(codeSender.settled(), CODES_SETTLING_MILLISECONDS);
    await audit.flush();
    await clock.within(settled(), CACHE_SETTLING_MILLISECONDS);
    await store.close();
  }
}

/** A store, what is kept at hand of it, and who counts requests. */
interface Stores {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly cache?: AccountCache;
  readonly limiter: RateLimiter;
  /** Ends when nothing is on its way to a cache. */
  settled(): Promise<void>;
}

async function openStores(
  environment: Environment,
  opening: Opening & { readonly clock: Clock; readonly log: Log },
): Promise<Stores> {
  const { clock, log, mayMakeStore: mayMake = true } = opening;
  const store = opening.store ?? await openStore(environment, { log, mayMake });
  const keyring = await openKeyring(environment, { ...opening, store, log, mayMake });
  const local = createMemoryRateLimiter();
  const settled = () => Promise.resolve();
  const { databaseId } = store;
  const near = createMemoryAccountCache();
  const { redis } = environment;
  // An embedded database has no other processes to share its accounts with.
  if (redis === undefined || databaseId === undefined) {
    return { store, keyring, cache: near, limiter: local, settled };
  }
  const connect = () => openRedis({ ...redis, clock, log });
  const sealingKey = () => keyring.key("account_snapshot");
  const shared = createRedisAdapters({ connect, databaseId, sealingKey, local, log });
  const cache = createLayeredAccountCache({ near, far: shared.cache, log });
  return { store, keyring, cache, limiter: shared.limiter, settled: cache.settled };
}

/**
 * Refuses a store of other keys or of another environment. One that is away is asked again later, and
 * until then it answers nobody.
 */
async function openKeyring(
  environment: Environment,
  { store, log, mayMake, onRefused }: Pick<Opening, "onRefused"> & {
    readonly store: Store;
    readonly log: Log;
    readonly mayMake: boolean;
  },
): Promise<Keyring> {
  const keyring = createKeyring({ store, environment, mayMake, ...(onRefused && { onRefused }) });
  try {
    await keyring.open();
  } catch (error) {
    // A task has nothing to do without its store.
    if (!(error instanceof StoreUnavailableError) || !mayMake) throw error;
    log.warn("store_not_opened", { error });
  }
  return keyring;
}

/** MongoDB when it is configured, else the embedded store. Neither is loaded for the other. */
async function openStore(
  { mongo, sqlitePath }: Environment,
  { log, mayMake }: { readonly log: Log; readonly mayMake: boolean },
): Promise<Store> {
  if (mongo !== undefined) {
    const { openMongoStore } = await import("./infra/mongo/store.ts");
    const store = openMongoStore({ ...mongo, log });
    if (mayMake || await store.isMade()) return store;
    await store.close();
    throw noStore(`the database ${mongo.dbName} (DB_NAME)`);
  }
  const { openStoreFile } = await import("./infra/sqlite/store_file.ts");
  return await openStoreFile(sqlitePath, { mayMake });
}

/** The variables of this process, those of an `.env` beside it, and in development what is missing. */
export async function readVariables(
  opening: Pick<Opening, "mayMakeStore"> = {},
): Promise<Variables> {
  // Not loadEnvFile: in Deno, unlike in Node, it lets the file win over the process.
  const variables = { ...await readEnvFile(), ...Deno.env.toObject() };
  if (variables.KESE_ENV !== "development") return variables;
  return await developmentVariables(variables, opening);
}

/** The environment, or the end of the program with everything that is wrong with it. */
export function environmentOrExit(variables: Variables): Environment {
  const read = readEnvironment(variables);
  const faults = [
    ...(read.ok ? [] : read.faults),
    ...unknownTexts(textsOf(variables)).map((name) => `${name} replaces no text`),
  ];
  if (read.ok && faults.length === 0) return read.environment;
  refuseStart([...faults, "See .env.example for every variable."]);
}

/** The variables for a task, or the end of the program. */
export function variablesForTask(): Promise<Variables> {
  return orExit(() => readVariables({ mayMakeStore: false }));
}

/** Opens the store that is there for a task, or ends the program. */
export function openForTask(environment: Environment): Promise<Kese> {
  return orExit(() => openKese(environment, { mayMakeStore: false }));
}

/** Starts Kese and keeps it running until it is told to stop. */
async function main(): Promise<void> {
  const environment = environmentOrExit(await orExit(() => readVariables()));
  const clock = createSystemClock();
  const lines = createLineWriter(Deno.stdout);
  const log = createLog({ level: environment.logLevel, clock, write: lines.write });
  const commit = await readCommit(
    new URL(".", import.meta.url),
    Deno.env.get("DENO_DEPLOYMENT_ID"),
  );
  const build = { version: VERSION, commit };
  const { kese, server } = await orExit(async () => {
    const onRefused = ({ faults }: StartRefusedError) => refuseStart(faults);
    const kese = await openKese(environment, { clock, log, onRefused });
    if (environment.mode === "development") await loadSamples(kese, environment);
    const onListen = (address: Deno.NetAddr) => announce({ environment, address, build, log });
    return { kese, server: serve({ fetch: kese.fetch, environment, log, onListen }) };
  });
  const sweeping = setInterval(
    createSweep({ sweep: kese.sweep, inspect: kese.store.inspect, log }),
    SWEEP_INTERVAL_MILLISECONDS,
  );
  let stopping = false;
  const stop = async (signal: Deno.Signal) => {
    if (stopping) return;
    stopping = true;
    clearInterval(sweeping);
    await clock.within(server.shutdown(), SHUTDOWN_DEADLINE_MILLISECONDS);
    await kese.close();
    log.info("stopped", { ...build, signal });
    // Whoever reads the log may have stopped reading.
    await clock.within(lines.written(), LAST_LINE_MILLISECONDS);
    Deno.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop(signal));
  }
}

async function loadSamples({ store, dependencies }: Kese, { fleets }: Environment): Promise<void> {
  const [filo] = fleets.keys();
  if (filo === undefined || !await store.isEmpty()) return;
  const { loadSampleUsers } = await import("./infra/process/sample_users.ts");
  await loadSampleUsers({ filo, ports: dependencies });
}

if (import.meta.main) await main();
