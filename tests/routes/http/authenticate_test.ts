import { assertEquals } from "@std/assert";
import { createDigests } from "../../../infra/crypto/digests.ts";
import { authenticate } from "../../../routes/http/authenticate.ts";

const DIGESTS = createDigests(() => new Uint8Array(32));
const ACCOUNT = { filo: "hergele", userNo: "1" };
const NO_NAMED_KEYS = {
  use: (): never => {
    throw new Error("Cannot ask for a named key: none was sent");
  },
};
const HEADERS = new Headers({ authorization: "Bearer ks_token" });

function authenticateWith(found: "at once" | "later", fleets: readonly string[] = ["hergele"]) {
  const tokenHash = DIGESTS.secret("ks_token");
  const session = { account: ACCOUNT, tokenHash, createdAt: 0, expiresAt: 2 };
  const auth = {
    findSession: (hash: string) => {
      const known = hash === tokenHash ? session : undefined;
      return found === "at once" ? known : Promise.resolve(known);
    },
  };
  const settings = { fleets: new Map(fleets.map((fleet) => [fleet, []])) };
  const ports = { auth, namedKeys: NO_NAMED_KEYS, digests: DIGESTS, settings };
  return authenticate(ports, { headers: HEADERS, now: 1 });
}

Deno.test("authenticate() waits for a session only if the store does", async () => {
  const caller = {
    kind: "session" as const,
    account: ACCOUNT,
    tokenHash: DIGESTS.secret("ks_token"),
  };
  assertEquals(authenticateWith("at once"), caller);
  const later = authenticateWith("later");
  assertEquals(later instanceof Promise, true);
  assertEquals(await later, caller);
});

Deno.test("authenticate() knows no session of a fleet that was removed", async () => {
  assertEquals(authenticateWith("at once", ["baska"]), undefined);
  assertEquals(await authenticateWith("later", ["baska"]), undefined);
});
