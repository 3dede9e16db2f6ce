import type { Instant } from "../account.ts";
import type { KeyId } from "../auth.ts";
import type { NamedKey } from "../named_key.ts";
import type { Eventually } from "./eventually.ts";

/** The named keys of fleets. Of a key itself it gets only the hash. */
export interface NamedKeyStore {
  /**
   * Adds a key, unless its request made one before, or the fleet has `most` keys that open anything.
   * When it adds nothing, nothing is left behind.
   */
  add(key: NewNamedKey, most: number): Promise<KeyAdding>;
  /** Finds a key by its hash, also one that has expired or was revoked. */
  find(hash: string): Eventually<NamedKey | undefined>;
  /** The keys of a fleet that were not revoked, newest first. */
  list(filo: string, page: KeyPage): Promise<readonly NamedKey[]>;
  /**
   * Revokes a key of that fleet and gives it, or as it was revoked before. When the promise resolves,
   * no `find` gives it as usable any more, on any instance.
   */
  revoke(filo: string, keyId: string, now: Instant): Promise<NamedKey | undefined>;
  /** Notes that a key was used in that minute. An earlier minute changes nothing. */
  noteUse(hash: string, minute: Instant): Promise<void>;
}

export interface NewNamedKey {
  readonly key: NamedKey;
  /** SHA-256, hex. */
  readonly hash: string;
  /** The Idempotency-Key of the request that makes it, and what it asks for. */
  readonly request?: KeyRequest;
}

export interface KeyRequest {
  readonly keyHash: string;
  readonly fingerprint: string;
}

export type KeyAdding =
  | { readonly outcome: "added" | "too_many" }
  /** The same Idempotency-Key made one before, for that request. */
  | { readonly outcome: "made_before"; readonly keyId: KeyId; readonly fingerprint: string };

export interface KeyPage {
  readonly limit: number;
  /** The last key of the page before. */
  readonly before?: string | undefined;
}
