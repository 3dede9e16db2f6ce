import { call } from "./api.js";
import { el } from "./dom.js";
import { moment, money } from "./format.js";
import { badge, choice, field, growingList, table } from "./parts.js";
import { text, wordOf } from "./texts.js";

const STATUSES = /** @type {const} */ (["active", "frozen", "closed"]);

/**
 * Finds users.
 *
 * @param {{ readonly signal: AbortSignal }} options
 */
export function showUsers({ signal }) {
  const by = choice("by", [
    ["q", text("byUserNo")],
    ["phoneNumber", text("byPhone")],
    ["email", text("byEmail")],
  ]);
  const wanted = el("input", {
    name: "wanted",
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
  });
  const statuses = STATUSES.map((
    status,
  ) => /** @type {const} */ ([status, wordOf("status", status)]));
  const status = choice("status", [["", text("anyStatus")], ...statuses]);
  const results = el("div");
  show();
  return el(
    "div",
    {},
    el("h1", {}, text("users")),
    el(
      "form",
      { class: "panel search", role: "search", onsubmit },
      field(text("searchBy"), by),
      field(text("searchFor"), wanted),
      field(text("status"), status),
      el("button", { type: "submit", class: "main" }, text("search")),
      el("p", { class: "quiet" }, text("searchHint")),
    ),
    results,
  );

  /** @param {Event} event */
  function onsubmit(event) {
    event.preventDefault();
    show();
  }

  function show() {
    const query = { [by.value]: wanted.value.trim(), status: status.value };
    results.replaceChildren(growingList({
      signal,
      load: (cursor) => call("GET /filo/kullanicilar", { query: { ...query, cursor }, signal }),
      show: showTable,
      empty: text("noUsers"),
    }));
  }
}

/** @param {any[]} users */
function showTable(users) {
  const headings = ["user", "name", "status", "balance", "held", "createdAt"];
  return table(
    text("users"),
    headings.map((name) => text(/** @type {import("./texts.js").TextName} */ (name))),
    users.map(({ userNo, name, surname, status, balance, held, createdAt }) => [
      el("a", { href: `#/kullanici/${userNo}` }, userNo),
      [name, surname].filter(Boolean).join(" "),
      showStatus(status),
      el("span", { class: "number" }, money(balance)),
      el("span", { class: "number" }, money(held)),
      moment(createdAt),
    ]),
  );
}

/** @param {string} status */
export function showStatus(status) {
  return badge(wordOf("status", status), status === "active" ? "good" : "bad");
}
