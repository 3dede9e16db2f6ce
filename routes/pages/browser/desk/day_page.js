import { call, pagesOf } from "./api.js";
import { barChart } from "./chart.js";
import { el } from "./dom.js";
import { count, date, dayAfter, dayOf, fromKurus, hourOf, money, toKurus } from "./format.js";
import { badge, button, field, loadInto, panel, quiet, table, terms } from "./parts.js";
import { text, wordOf } from "./texts.js";

/** Days of the chart by day. */
const DAYS = 7;
const HOURS = 24;

/**
 * A day of the fleet: what it began and ended with, what moved, and its turnover.
 *
 * @param {{ readonly signal: AbortSignal, readonly day: string | undefined }} options
 */
export function showDay({ signal, day: asked }) {
  const today = dayOf(new Date());
  const day = asked && asked <= today ? asked : today;
  const summary = el("div");
  const byHour = el("div");
  const byDay = el("div");
  void loadInto(summary, signal, () => loadSummary(day, signal));
  void loadInto(byHour, signal, (show) => loadHours(day, signal, show));
  void loadInto(byDay, signal, () => loadDays(day, signal));
  return el(
    "div",
    {},
    el("h1", {}, `${text("day")}: ${date(day)}`),
    showChoice(day, today),
    summary,
    panel(`${text("turnover")}: ${text("byHour")}`, quiet(text("turnoverAbout")), byHour),
    panel(`${text("turnover")}: ${text("byDay")}`, quiet(text("turnoverAbout")), byDay),
  );
}

/**
 * @param {string} day
 * @param {string} today
 */
function showChoice(day, today) {
  const go = (/** @type {string} */ chosen) => {
    location.hash = `#/gun-sonu/${chosen}`;
  };
  const input = el("input", { type: "date", value: day, max: today });
  input.addEventListener("change", () => input.value && go(input.value));
  return el(
    "div",
    { class: "buttons" },
    button(`← ${text("dayBefore")}`, () => go(dayAfter(day, -1))),
    field(text("dayChoice"), input),
    day < today && button(`${text("dayAfter")} →`, () => go(dayAfter(day, 1))),
  );
}

/**
 * @param {string} gun
 * @param {AbortSignal} signal
 */
async function loadSummary(gun, signal) {
  const end = await call("GET /filo/gun-sonu", { query: { gun }, signal });
  return [
    el(
      "div",
      { class: "columns" },
      panel(text("opening"), el("p", { class: "large number" }, money(end.opening))),
      panel(
        text("closing"),
        el("p", { class: "large number" }, money(end.closing)),
        end.final ? badge(text("isFinal"), "good") : badge(text("notFinal")),
        quiet(text("dayAbout", { timeZone: end.timeZone })),
      ),
      panel(
        text("open"),
        terms([
          [text("openTopUps"), `${count(end.openTopUps.count)} · ${money(end.openTopUps.amount)}`],
          [text("openHolds"), `${count(end.openHolds.count)} · ${money(end.openHolds.amount)}`],
        ]),
      ),
    ),
    panel(text("movements"), showMovements(end.movements)),
    end.topUps.length > 0 && panel(text("topUpsByGateway"), showGateways(end.topUps)),
  ];
}

/** @param {any[]} movements */
function showMovements(movements) {
  if (movements.length === 0) return quiet(text("nothing"));
  return table(
    text("movements"),
    [text("what"), text("count"), text("amount"), text("delta")],
    movements.map(({ type, count: times, amount, delta }) => [
      wordOf("type", type),
      el("span", { class: "number" }, count(times)),
      el("span", { class: "number" }, money(amount)),
      el("span", { class: "number" }, money(delta)),
    ]),
  );
}

/** @param {any[]} topUps */
function showGateways(topUps) {
  return table(
    text("topUpsByGateway"),
    [text("gateway"), text("count"), text("amount")],
    topUps.map(({ gateway, count: times, amount }) => [
      gateway,
      el("span", { class: "number" }, count(times)),
      el("span", { class: "number" }, money(amount)),
    ]),
  );
}

/**
 * Adds up the entries of a day, however many: the chart grows while it reads them.
 *
 * @param {string} day
 * @param {AbortSignal} signal
 * @param {(children: readonly Node[]) => void} show
 */
async function loadHours(day, signal, show) {
  const query = { from: day, to: day, type: "payment,refund" };
  const hours = Array.from({ length: HOURS }, () => 0);
  let read = 0;
  for await (const entries of pagesOf("GET /filo/islemler", { query, signal })) {
    for (const { createdAt, type, amount } of entries) {
      const hour = hourOf(createdAt);
      hours[hour] = (hours[hour] ?? 0) + (type === "refund" ? -toKurus(amount) : toKurus(amount));
    }
    read += entries.length;
    show([quiet(text("readSoFar", { count: count(read) })), showHours(hours)]);
  }
  return read === 0 ? [quiet(text("noTurnover"))] : [showHours(hours)];
}

/** @param {readonly number[]} hours Kurus by hour. */
function showHours(hours) {
  const bars = hours.map((value, hour) => ({
    label: text("hour", { hour: String(hour).padStart(2, "0") }),
    value,
    said: money(fromKurus(value)),
  }));
  return barChart(text("byHour"), bars);
}

/**
 * @param {string} day
 * @param {AbortSignal} signal
 */
async function loadDays(day, signal) {
  const bars = [];
  // One after the other: a fleet's reports are made one at a time.
  for (let before = DAYS - 1; before >= 0; before--) {
    const gun = dayAfter(day, -before);
    const { movements } = await call("GET /filo/gun-sonu", { query: { gun }, signal });
    const value = sumOf(movements, "payment") - sumOf(movements, "refund");
    bars.push({ label: date(gun, "short"), value, said: money(fromKurus(value)) });
  }
  return [barChart(text("byDay"), bars)];
}

/**
 * @param {any[]} movements
 * @param {string} wanted
 */
function sumOf(movements, wanted) {
  return toKurus(movements.find(({ type }) => type === wanted)?.amount ?? "0");
}
