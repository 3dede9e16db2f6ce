import { call, Refusal } from "./api.js";

/** How keys begin that a fleet made for somebody, and that may not do everything. */
const NAMED_KEY_PREFIX = "kk_";

/**
 * Requests that do nothing: without a user each is refused. By the refusal of a key that lacks the scope
 * the desk learns not to offer what takes it.
 */
const TRIALS = ["POST /iade", "POST /hesap/dondur", "POST /provizyon"];

/**
 * Finds out what a named key lacks.
 *
 * @param {string} key
 */
export async function learnScopes(key) {
  if (!key.startsWith(NAMED_KEY_PREFIX)) return;
  await Promise.all([
    ...TRIALS.map((line) => tryOut(() => call(line, { body: {} }))),
    tryOut(() => call("GET /filo/anahtarlar", { query: { limit: 1 } })),
  ]);
}

/** @param {() => Promise<unknown>} ask */
async function tryOut(ask) {
  try {
    await ask();
  } catch (error) {
    // What the key lacks is noted where every refusal is read.
    if (!(error instanceof Refusal)) throw error;
  }
}
