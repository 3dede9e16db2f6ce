import { call } from "./api.js";
import { el } from "./dom.js";
import { moment, money } from "./format.js";
import { button, choice, field, growingList, panel, table } from "./parts.js";
import { may } from "./session.js";
import { text, wordOf } from "./texts.js";
import { refund } from "./user_actions.js";

/** Those that people ask about; the rest is in the whole list. */
const TYPES = [
  "payment",
  "refund",
  "adjustment",
  "top_up_credited",
  "top_up_failed",
  "hold_placed",
  "account_frozen",
  "account_unfrozen",
];

/**
 * The entries of a user, newest first; a payment can be refunded from its row.
 *
 * @param {{ readonly signal: AbortSignal, readonly user: import("./user_page.js").User }} options
 */
export function showEntries({ signal, user }) {
  const types = TYPES.map((type) => /** @type {const} */ ([type, wordOf("type", type)]));
  const type = choice("type", [["", text("allTypes")], ...types], show);
  const list = el("div");
  show();
  return panel(text("entries"), field(text("what"), type), list);

  function show() {
    const query = { userNo: user.userNo, type: type.value };
    list.replaceChildren(growingList({
      signal,
      load: (cursor) => call("GET /islemler", { query: { ...query, cursor }, signal }),
      show: (entries) => showTable(entries, user),
      empty: text("nothing"),
    }));
  }
}

/**
 * @param {any[]} entries
 * @param {import("./user_page.js").User} user
 */
function showTable(entries, user) {
  return table(
    text("entries"),
    [text("when"), text("what"), text("amount"), text("balance"), text("actions")],
    entries.map((entry) => [
      moment(entry.createdAt),
      el(
        "span",
        {},
        wordOf("type", entry.type),
        el("br"),
        el("span", { class: "quiet" }, describe(entry)),
      ),
      entry.amount === "0.00" ? "" : showDelta(entry),
      el("span", { class: "number" }, money(entry.balanceAfter)),
      entry.type === "payment" && may("refund") &&
      button(text("refund"), () => refund(user, entry), "small"),
    ]),
  );
}

/** @param {any} entry */
function showDelta({ amount, delta }) {
  if (delta === "0.00") return el("span", { class: "number quiet" }, money(amount));
  const kind = delta.startsWith("-") ? "bad" : "good";
  return el("span", { class: `number ${kind}` }, money(delta));
}

/**
 * What an entry says about itself, in a line.
 *
 * @param {any} entry
 */
function describe({ type, description, orderId, reason, note, declineReason, card, by }) {
  const why = type === "adjustment" ? wordOf("reason", reason) : reason;
  const declined = declineReason && wordOf("decline", declineReason);
  return [description, orderId, why, note, declined, card?.maskedNumber, wordOf("by", by)]
    .filter(Boolean).join(" · ");
}
