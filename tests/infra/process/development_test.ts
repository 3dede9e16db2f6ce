import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { sha256 } from "../../../infra/crypto/digests.ts";
import {
  completeForDevelopment,
  DEVELOPMENT_FLEET_KEY,
} from "../../../infra/process/development.ts";
import type { Variables } from "../../../infra/process/env_file.ts";
import { readEnvironment } from "../../../infra/process/environment.ts";

async function inDirectory(test: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kese-development-" });
  try {
    await test(`${directory}/data`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function keysOf({ CARD_KEYS, CARD_FINGERPRINT_KEY }: Variables): (string | undefined)[] {
  return [CARD_KEYS, CARD_FINGERPRINT_KEY];
}

Deno.test("completeForDevelopment() sets all that Kese needs, on loopback", () =>
  inDirectory(async (data) => {
    const variables = await completeForDevelopment({
      KESE_ENV: "development",
      SQLITE_PATH: `${data}/kese.db`,
    });
    const read = readEnvironment(variables);
    assert(read.ok);
    const { mode, host, port, fleets, cardGateway, allowCardNumberInUrl } = read.environment;
    assertEquals({ mode, host, port, cardGateway, allowCardNumberInUrl }, {
      mode: "development",
      host: "127.0.0.1",
      port: 5_000,
      cardGateway: new Map([["*", "sandbox"]]),
      allowCardNumberInUrl: true,
    });
    assertEquals([...fleets], [["hergele", [sha256(DEVELOPMENT_FLEET_KEY)]]]);
  }));

Deno.test("completeForDevelopment() makes secrets once, and finds them on the next start", () =>
  inDirectory(async (data) => {
    const variables = { KESE_ENV: "development", SQLITE_PATH: `${data}/kese.db` };
    const first = await completeForDevelopment(variables);
    const second = await completeForDevelopment(variables);
    assertEquals(keysOf(second), keysOf(first));
    const elsewhere = await completeForDevelopment({
      ...variables,
      SQLITE_PATH: `${data}/two/kese.db`,
    });
    for (const [place, key] of keysOf(elsewhere).entries()) {
      assertNotEquals(key, keysOf(first)[place]);
    }
    assertNotEquals(first.CARD_KEYS, `dev:${first.CARD_FINGERPRINT_KEY}`);
  }));

Deno.test({
  name: "completeForDevelopment() keeps secrets where nobody else can read them",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inDirectory(async (data) => {
      await completeForDevelopment({ SQLITE_PATH: `${data}/kese.db` });
      const { mode } = await Deno.stat(`${data}/development_secrets.json`);
      assertEquals((mode ?? 0) & 0o777, 0o600);
      assertEquals(((await Deno.stat(data)).mode ?? 0) & 0o777, 0o700);
    }),
});

Deno.test("completeForDevelopment() leaves what is set as it is, and makes no secret that is", () =>
  inDirectory(async (data) => {
    const set = {
      SQLITE_PATH: `${data}/kese.db`,
      CARD_KEYS: "mine:x",
      CARD_FINGERPRINT_KEY: "y",
      HOST: "::1",
      ALLOW_CARD_NUMBER_IN_URL: "false",
    };
    const variables = await completeForDevelopment({ ...set, FLEETS: "" });
    assertEquals({ ...variables, ...set }, variables);
    assertEquals(variables.FLEETS?.startsWith("hergele:"), true);
    const made = await Deno.stat(data).then(() => true, () => false);
    assertEquals(made, false);
  }));

Deno.test("completeForDevelopment() makes the one secret that is missing", () =>
  inDirectory(async (data) => {
    const variables = { SQLITE_PATH: `${data}/kese.db`, CARD_KEYS: "mine:x" };
    const first = await completeForDevelopment(variables);
    assertEquals(first.CARD_KEYS, "mine:x");
    assertEquals(keysOf(await completeForDevelopment(variables)), keysOf(first));
  }));

Deno.test("completeForDevelopment() has a store of its own unless one is named", async () => {
  const keys = { CARD_KEYS: "mine:x", CARD_FINGERPRINT_KEY: "y" };
  const { SQLITE_PATH } = await completeForDevelopment(keys);
  assertEquals(SQLITE_PATH, "data/development.db");
  const named = await completeForDevelopment({ ...keys, SQLITE_PATH: "other.db" });
  assertEquals(named.SQLITE_PATH, "other.db");
});

Deno.test("completeForDevelopment() keeps nothing for a store in memory", async () => {
  const variables = { SQLITE_PATH: ":memory:" };
  const first = await completeForDevelopment(variables);
  assertNotEquals(keysOf(await completeForDevelopment(variables)), keysOf(first));
});
