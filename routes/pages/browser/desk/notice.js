import { el } from "./dom.js";

/** How long a notice stays. */
const SHOWN_MILLISECONDS = 8_000;

const place = el("div", { class: "notices", role: "status", "aria-live": "polite" });
document.body.append(place);

/**
 * Says that something is done, to eyes and to screen readers.
 *
 * @param {string} words
 */
export function notice(words) {
  const shown = el("p", {}, words);
  place.replaceChildren(shown);
  setTimeout(() => shown.remove(), SHOWN_MILLISECONDS);
}
