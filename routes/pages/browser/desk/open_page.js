import { call, callAll } from "./api.js";
import { confirm } from "./dialog.js";
import { el } from "./dom.js";
import { dayAfter, dayOf, moment, money } from "./format.js";
import { notice } from "./notice.js";
import { button, growingList, lackOf, loadInto, panel, quiet, table } from "./parts.js";
import { may } from "./session.js";
import { text, wordOf } from "./texts.js";

/** How far back top-ups are looked for. */
const DAYS = 7;
const PAGES = 20;

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
    panel(
      text("eventsTitle"),
      quiet(text("eventsAbout")),
      may("admin") ? showEvents(signal) : lackOf(["admin"]),
    ),
  );
}

const firstDay = () => dayAfter(dayOf(new Date()), -DAYS);

/** @param {AbortSignal} signal */
async function loadOpenTopUps(signal) {
  const type = "top_up_started,top_up_credited,top_up_failed";
  const query = { from: firstDay(), type };
  const { data } = await callAll("GET /filo/islemler", { query, signal, pages: PAGES });
  const isStarted = (/** @type {any} */ { type }) => type === "top_up_started";
  const closed = new Set(data.filter((entry) => !isStarted(entry)).map(({ topUpId }) => topUpId));
  const open = data.filter((entry) => isStarted(entry) && !closed.has(entry.topUpId));
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

/**
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
function showEvents(signal) {
  const place = el("div");
  const reload = () => place.replaceChildren(list());
  const list = () =>
    growingList({
      signal,
      load: (cursor) => call("GET /filo/olaylar", { query: { status: "failed", cursor }, signal }),
      show: (events) => showEventTable(events, reload),
      empty: text("noEvents"),
    });
  reload();
  return place;
}

/**
 * @param {any[]} events
 * @param {() => void} reload
 */
function showEventTable(events, reload) {
  return table(
    text("eventsTitle"),
    [
      text("when"),
      text("what"),
      text("user"),
      text("attempts"),
      text("lastAnswer"),
      text("actions"),
    ],
    events.map((event) => [
      moment(event.createdAt),
      wordOf("type", event.type),
      event.userNo,
      String(event.attempts),
      String(event.lastStatus ?? ""),
      button(text("sendAgain"), () => sendAgain(event, reload), "small"),
    ]),
  );
}

/**
 * @param {any} event
 * @param {() => void} reload
 */
function sendAgain({ id }, reload) {
  confirm({
    title: text("sendAgainTitle"),
    about: text("sendAgainAbout"),
    confirm: () => text("sendAgain"),
    run: async (_values, key) => {
      await call(`POST /filo/olaylar/${id}/yeniden`, { body: {}, key });
      notice(text("sendAgainDone"));
      reload();
    },
  });
}
