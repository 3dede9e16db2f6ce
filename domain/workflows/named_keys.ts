import type { Instant } from "../account.ts";
import { type KeyId, type Scope, SCOPES } from "../auth.ts";
import { NAMED_KEYS_PER_FLEET } from "../limits.ts";
import { isUsable, NAMED_KEY_PREFIX, type NamedKey, orderScopes, useToNote } from "../named_key.ts";
import type { Digests } from "../ports/digests.ts";
import type { Eventually } from "../ports/eventually.ts";
import type { Ids } from "../ports/ids.ts";
import type { Log } from "../ports/log.ts";
import type { KeyPage, KeyRequest, NamedKeyStore } from "../ports/named_keys.ts";

interface NamedKeyPorts {
  readonly store: NamedKeyStore;
  readonly digests: Pick<Digests, "secret">;
  readonly ids: Pick<Ids, "next" | "secret">;
  readonly log: Log;
}

/** What a fleet asks for when it makes a key. */
export interface KeyWish {
  readonly filo: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: Instant | undefined;
  readonly now: Instant;
  readonly request?: KeyRequest | undefined;
}

export type KeyMaking =
  /** The key itself is here and nowhere else. */
  | { readonly outcome: "made"; readonly key: NamedKey; readonly text: string }
  | { readonly outcome: "made_before"; readonly keyId: KeyId }
  | { readonly outcome: "too_many" | "key_reused" };

/** The keys that fleets make for their systems. */
export interface NamedKeys {
  make(wish: KeyWish): Promise<KeyMaking>;
  list(filo: string, page: KeyPage): Promise<readonly NamedKey[]>;
  revoke(filo: string, keyId: string, now: Instant): Promise<NamedKey | undefined>;
  /**
   * The key with that hash, if it opens anything of that fleet now. The store is asked each time, because a revoked
   * key must be refused at once by every instance. That it was used is written down later.
   */
  use(hash: string, filo: string, now: Instant): Eventually<NamedKey | undefined>;
  /** Resolves when every use so far is written down. */
  settled(): Promise<void>;
}

export function createNamedKeys({ store, digests, ids, log }: NamedKeyPorts): NamedKeys {
  // The minute of each key's use that is being written, so that a busy key starts one write.
  const noting = new Map<string, Promise<void>>();

  return {
    make: async ({ request, now, scopes, expiresAt, ...named }) => {
      const text = NAMED_KEY_PREFIX + ids.secret();
      const key: NamedKey = {
        ...named,
        keyId: ids.next("key", now) as KeyId,
        scopes: orderScopes(scopes, SCOPES),
        createdAt: now,
        ...(expiresAt !== undefined && { expiresAt }),
      };
      const added = await store.add(
        { key, hash: digests.secret(text), ...(request && { request }) },
        NAMED_KEYS_PER_FLEET,
      );
      if (added.outcome === "made_before") {
        const { keyId, fingerprint } = added;
        const isSame = fingerprint === request?.fingerprint;
        return isSame ? { outcome: "made_before", keyId } : { outcome: "key_reused" };
      }
      return added.outcome === "added" ? { outcome: "made", key, text } : { outcome: "too_many" };
    },
    list: (filo, page) => store.list(filo, page),
    revoke: (filo, keyId, now) => store.revoke(filo, keyId, now),
    use: (hash, filo, now) => {
      const found = store.find(hash);
      return found instanceof Promise ? found.then(take) : take(found);

      function take(key: NamedKey | undefined): NamedKey | undefined {
        if (key === undefined || key.filo !== filo || !isUsable(key, now)) return undefined;
        const minute = useToNote(key, now);
        if (minute !== undefined) note(hash, minute);
        return key;
      }
    },
    settled: async () => {
      await Promise.all(noting.values());
    },
  };

  /** Runs after the answer. If a use is lost, nobody is refused because of it. */
  function note(hash: string, minute: Instant): void {
    if (noting.has(hash)) return;
    const written = store.noteUse(hash, minute)
      .catch((error) => log.warn("key_use_not_noted", { error }))
      .finally(() => noting.delete(hash));
    noting.set(hash, written);
  }
}
