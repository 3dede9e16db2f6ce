import { EN } from "./texts_en.js";
import { TR } from "./texts_tr.js";

/** @typedef {keyof typeof TR} TextName */

const NAME = "kese.language";

/** @returns {"tr" | "en"} */
export function language() {
  const chosen = sessionStorage.getItem(NAME) ?? document.documentElement.lang;
  return chosen === "en" ? "en" : "tr";
}

/** @param {"tr" | "en"} chosen */
export function chooseLanguage(chosen) {
  sessionStorage.setItem(NAME, chosen);
}

/**
 * A text in the language of the desk, with what stands in its gaps: `{name}`.
 *
 * @param {TextName} name
 * @param {Readonly<Record<string, string | number>>} [gaps]
 * @returns {string}
 */
export function text(name, gaps = {}) {
  const said = (language() === "en" ? EN : TR)[name];
  return said.replaceAll(/\{(\w+)\}/g, (_whole, gap) => String(gaps[gap] ?? ""));
}

/**
 * The text of a word of the API, such as a type or a status; the word itself if it is new.
 *
 * @param {"type" | "status" | "reason" | "decline" | "by"} kind
 * @param {string} word
 */
export function wordOf(kind, word) {
  const name = /** @type {TextName} */ (`${kind}_${word}`);
  return name in TR ? text(name) : word;
}
