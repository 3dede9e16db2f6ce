import { call, pagesOf } from "./api.js";
import { el } from "./dom.js";
import { dayAfter, dayOf, moment, money } from "./format.js";
import { growingList, loadInto, panel, quiet, table } from "./parts.js";
import { text, wordOf } from "./texts.js";
import { showUndelivered } from "./undelivered.js";

/** How far back top-ups are looked for. */
const DAYS = 7;

/**
 * What waits for somebody: top-ups without an outcome, those that failed, and undelivered events.
 *
 * @param {{ readonly signal: AbortSignal }} options
 */
export function showOpen({ signal }) {
  const openTopUps = el("div");
  void loadInto(openTopUps, signal, () => loadOpenTopUps(signal));
  return el(
    "div",
    {},
    el("h1", {}, text("open")),
    panel(text("openTopUpsTitle"), quiet(text("openTopUpsAbout")), openTopUps),
    panel(text("failedTopUpsTitle"), quiet(text("failedTopUpsAbout")), showFailedTopUps(signal)),
    panel(text("eventsTitle"), showUndelivered(signal)),
  );
}

const firstDay = () => dayAfter(dayOf(new Date()), -DAYS);

/** @param {AbortSignal} signal */
async function loadOpenTopUps(signal) {
  const type = "top_up_started,top_up_credited,top_up_failed";
  const query = { from: firstDay(), type };
  // The newest comes first, so each top-up's end is seen before its beginning.
  const ended = new Set();
  const open = [];
  for await (const entries of pagesOf("GET /filo/islemler", { query, signal })) {
    for (const entry of entries) {
      if (entry.type !== "top_up_started") ended.add(entry.topUpId);
      else if (!ended.delete(entry.topUpId)) open.push(entry);
    }
  }
  if (open.length === 0) return [quiet(text("noOpenTopUps"))];
  return [table(
    text("openTopUpsTitle"),
    [text("when"), text("user"), text("amount"), text("card")],
    open.map(toRow),
  )];
}

/** @param {any} entry */
function toRow({ createdAt, userNo, amount, card }) {
  return [
    moment(createdAt),
    el("a", { href: `#/kullanici/${userNo}` }, userNo),
    el("span", { class: "number" }, money(amount)),
    el("span", { class: "number" }, card.maskedNumber),
  ];
}

/** @param {AbortSignal} signal */
function showFailedTopUps(signal) {
  const query = { from: firstDay(), type: "top_up_failed" };
  return growingList({
    signal,
    load: (cursor) => call("GET /filo/islemler", { query: { ...query, cursor }, signal }),
    show: (entries) =>
      table(
        text("failedTopUpsTitle"),
        [text("when"), text("user"), text("amount"), text("card"), text("reason")],
        entries.map((entry) => [...toRow(entry), wordOf("decline", entry.declineReason)]),
      ),
    empty: text("noFailedTopUps"),
  });
}
