import { Refusal } from "./api.js";
import { el } from "./dom.js";
import { notice } from "./notice.js";
import { may } from "./session.js";
import { text } from "./texts.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * A labelled field.
 *
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
export function field(label, input) {
  return el("label", { class: "field" }, el("span", {}, label), input);
}

/**
 * A choice among values, each with its text.
 *
 * @param {string} name
 * @param {readonly (readonly [value: string, label: string])[]} options
 * @param {(event: Event) => unknown} [onchange]
 */
export function choice(name, options, onchange) {
  return el(
    "select",
    { name, ...(onchange && { onchange }) },
    ...options.map(([value, label]) => el("option", { value }, label)),
  );
}

/**
 * A table that scrolls by itself where it is wider than the window.
 *
 * @param {string} label
 * @param {readonly string[]} headings
 * @param {readonly (readonly Child[])[]} rows
 */
export function table(label, headings, rows) {
  const toCell = (/** @type {Child} */ cell, /** @type {number} */ column) =>
    el("td", { "data-label": headings[column] }, cell);
  return el(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": label },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el("tr", {}, ...headings.map((heading) => el("th", { scope: "col" }, heading))),
      ),
      el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map(toCell)))),
    ),
  );
}

/**
 * Terms, each with what is said about it.
 *
 * @param {readonly (readonly [term: string, said: Child])[]} pairs
 */
export function terms(pairs) {
  return el(
    "dl",
    {},
    ...pairs.map(([term, said]) => el("div", {}, el("dt", {}, term), el("dd", {}, said))),
  );
}

/**
 * A part of a page under its heading.
 *
 * @param {string} title
 * @param {...Child} children
 */
export function panel(title, ...children) {
  return el("section", { class: "panel" }, el("h2", {}, title), ...children);
}

/** @param {string} words */
export function quiet(words) {
  return el("p", { class: "quiet" }, words);
}

/**
 * Says which of these the key may not do; nothing if it may do all.
 *
 * @param {readonly ("pay" | "refund" | "adjust" | "admin")[]} scopes
 */
export function lackOf(scopes) {
  const lacking = scopes.filter((scope) => !may(scope)).map((scope) => text(`scope_${scope}`));
  return lacking.length > 0 && quiet(text("lacks", { what: lacking.join("; ") }));
}

/**
 * @param {string} words
 * @param {"good" | "bad" | "plain"} [kind]
 */
export function badge(words, kind = "plain") {
  return el("span", { class: `badge ${kind}` }, words);
}

/**
 * A button; one that moves money or takes something away looks like it. While what it does is under way
 * a further press is the second half of a double click.
 *
 * @param {string} label
 * @param {() => unknown} act
 * @param {"plain" | "main" | "danger" | "small"} [kind]
 */
export function button(label, act, kind = "plain") {
  let isUnderWay = false;
  return el("button", { type: "button", class: kind, onclick }, label);

  async function onclick() {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      notice(error.message);
    } finally {
      isUnderWay = false;
    }
  }
}

/**
 * Fills a place with what is loaded: says that it loads, and what went wrong, with a button to try again.
 * What is there already stays until there is something newer. What takes long shows how far it is.
 *
 * @param {Element} place
 * @param {AbortSignal} signal
 * @param {(show: (children: readonly Child[]) => void) => Promise<readonly Child[]>} load
 */
export async function loadInto(place, signal, load) {
  place.setAttribute("aria-busy", "true");
  if (!place.hasChildNodes()) {
    place.append(el("p", { class: "quiet", role: "status" }, text("loading")));
  }
  const show = (/** @type {readonly Child[]} */ children) => {
    if (!signal.aborted) place.replaceChildren(...children.filter(isShown));
  };
  try {
    show(await load(show));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refusal)) throw error;
    const again = button(text("tryAgain"), () => loadInto(place, signal, load), "small");
    place.replaceChildren(el("p", { class: "bad", role: "alert" }, error.message), again);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

/**
 * A list that grows by a page at a time.
 *
 * @param {object} list
 * @param {AbortSignal} list.signal
 * @param {(cursor: string | undefined) => Promise<{ data: any[], nextCursor: string | null }>} list.load
 * @param {(items: any[]) => Child} list.show
 * @param {string} list.empty
 * @returns {HTMLElement}
 */
export function growingList({ signal, load, show, empty }) {
  const place = el("div", { class: "list" });
  /** @type {any[]} */
  const items = [];
  /** @param {string | undefined} cursor */
  async function loadPage(cursor) {
    const { data, nextCursor } = await load(cursor);
    items.push(...data);
    if (items.length === 0 && nextCursor === null) return [quiet(empty)];
    const foot = el("div", { class: "foot" });
    if (nextCursor !== null) {
      const showMore = () => loadInto(foot, signal, () => grow(nextCursor));
      foot.append(button(text("more"), showMore, "small"));
    }
    return [show(items), foot];
  }
  /** @param {string} cursor */
  async function grow(cursor) {
    place.replaceChildren(...(await loadPage(cursor)).filter(isShown));
    return [];
  }
  void loadInto(place, signal, () => loadPage(undefined));
  return place;
}
