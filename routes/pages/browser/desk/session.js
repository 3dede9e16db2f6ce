/**
 * Who is at the desk: a fleet and its key, kept in this tab until it is closed. The key is sent as a
 * header and stands in no cookie, so no other site can act with it.
 *
 * @typedef {{ readonly filo: string, readonly key: string, readonly lacks: readonly string[] }} Session
 */

const NAME = "kese.desk";

/** @typedef {"read" | "pay" | "refund" | "adjust" | "admin"} Scope */

/** @returns {Session | undefined} */
export function readSession() {
  const kept = sessionStorage.getItem(NAME);
  return kept === null ? undefined : JSON.parse(kept);
}

/** @param {Session} session */
export function keepSession(session) {
  sessionStorage.setItem(NAME, JSON.stringify(session));
}

export function endSession() {
  sessionStorage.removeItem(NAME);
}

/**
 * Notes that the key lacks a scope: what takes it is no longer offered.
 *
 * @param {string} scope
 */
export function noteLack(scope) {
  const session = readSession();
  if (session && !session.lacks.includes(scope)) {
    keepSession({ ...session, lacks: [...session.lacks, scope] });
  }
}

/**
 * Whether the key may do what takes this scope, as far as is known.
 *
 * @param {Scope} scope
 */
export function may(scope) {
  return !readSession()?.lacks.includes(scope);
}
