import { call, Refusal } from "./api.js";
import { confirm } from "./dialog.js";
import { el } from "./dom.js";
import { editable, money, readAmount } from "./format.js";
import { notice } from "./notice.js";
import { choice, field } from "./parts.js";
import { text, wordOf } from "./texts.js";

/**
 * What the desk does for a user. Each asks first, and sends one Idempotency-Key however often it is sent.
 *
 * @typedef {import("./user_page.js").User} User
 */

const REASONS = ["goodwill", "promotion", "cash", "damage", "fine", "correction", "other"];

/**
 * Gives a payment back, or part of it.
 *
 * @param {User} user
 * @param {any} payment
 */
export async function refund(user, { paymentId, amount }) {
  const { userNo } = user;
  const { refundable } = await call(`GET /kart-saklamali-odeme/${paymentId}`, {
    query: { userNo },
  });
  if (refundable === "0.00") return notice(text("refundNothing"));
  confirm({
    title: text("refundTitle"),
    about: text("refundAbout", { amount: money(amount), refundable: money(refundable) }),
    fields: [amountField(refundable), textField("reason", text("reasonOptional"))],
    confirm: ({ amount = "" }) => text("refundConfirm", { amount: show(amount) }),
    run: async ({ amount = "", reason }, key) => {
      const body = { userNo, paymentId, amount: amountOf(amount), ...given({ reason }) };
      const done = await call("POST /iade", { body, key });
      finish(
        user,
        text("refundDone", { amount: money(done.amount), balance: money(done.balance) }),
      );
    },
  });
}

/**
 * Books money that came or went outside Kese.
 *
 * @param {User} user
 */
export function adjust(user) {
  const { userNo, name, balance: { balance } } = user;
  const directions = /** @type {const} */ (["credit", "debit"]);
  confirm({
    title: text("adjustTitle"),
    about: text("adjustAbout", { name, balance: money(balance) }),
    fields: [
      field(
        text("direction"),
        choice("direction", directions.map((one) => [one, text(`direction_${one}`)])),
      ),
      amountField(""),
      field(text("reason"), choice("reason", REASONS.map((one) => [one, wordOf("reason", one)]))),
      textField("note", text("note")),
    ],
    confirm: ({ direction, amount = "" }) =>
      text(direction === "debit" ? "confirm_debit" : "confirm_credit", { amount: show(amount) }),
    run: async ({ direction, reason, amount = "", note }, key) => {
      const body = { userNo, direction, reason, amount: amountOf(amount), ...given({ note }) };
      const done = await call("POST /bakiye-duzeltme", { body, key });
      finish(user, text("adjustDone", { balance: money(done.balance) }));
    },
  });
}

/** @param {User} user */
export function freeze(user) {
  const { userNo, name } = user;
  confirm({
    title: text("freezeTitle"),
    about: text("freezeAbout", { name }),
    fields: [textField("reason", text("reasonOptional"))],
    confirm: () => text("freeze"),
    isDanger: true,
    run: async ({ reason }, key) => {
      await call("POST /hesap/dondur", { body: { userNo, ...given({ reason }) }, key });
      finish(user, text("freezeDone"));
    },
  });
}

/** @param {User} user */
export function unfreeze(user) {
  const { userNo, name } = user;
  confirm({
    title: text("unfreezeTitle"),
    about: text("unfreezeAbout", { name }),
    confirm: () => text("unfreeze"),
    run: async (_values, key) => {
      await call("POST /hesap/coz", { body: { userNo }, key });
      finish(user, text("unfreezeDone"));
    },
  });
}

/**
 * Frees what a hold set aside.
 *
 * @param {User} user
 * @param {any} hold
 */
export function release(user, { holdId, amount }) {
  const { userNo } = user;
  confirm({
    title: text("releaseTitle"),
    about: text("releaseAbout", { amount: money(amount) }),
    confirm: () => text("release"),
    isDanger: true,
    run: async (_values, key) => {
      const { available } = await call(`POST /provizyon/${holdId}/iptal`, {
        body: { userNo },
        key,
      });
      finish(user, text("releaseDone", { available: money(available) }));
    },
  });
}

/** @param {User} user */
export function endSessions(user) {
  const { userNo, name } = user;
  confirm({
    title: text("endSessionsTitle"),
    about: text("endSessionsAbout", { name }),
    confirm: () => text("endSessions"),
    isDanger: true,
    run: async (_values, key) => {
      const { ended } = await call("DELETE /oturumlar", { body: { userNo }, key });
      finish(user, text("endSessionsDone", { ended }));
    },
  });
}

/**
 * @param {User} user
 * @param {string} words
 */
function finish({ reload }, words) {
  notice(words);
  reload();
  // The button that was pressed is about to be replaced.
  document.querySelector("main")?.focus();
}

/** @param {string} amount */
function amountField(amount) {
  const value = editable(amount);
  return field(
    text("amount"),
    el("input", {
      name: "amount",
      required: true,
      inputmode: "decimal",
      autocomplete: "off",
      value,
    }),
  );
}

/**
 * @param {string} name
 * @param {string} label
 */
function textField(name, label) {
  return field(label, el("input", { name, maxlength: 250, autocomplete: "off" }));
}

/** @param {string} written */
function show(written) {
  const amount = readAmount(written);
  return amount === undefined ? "…" : money(amount);
}

/** @param {string} written */
function amountOf(written) {
  const amount = readAmount(written);
  if (amount === undefined) {
    throw new Refusal({ code: "invalid_amount", message: text("invalidAmount") });
  }
  return amount;
}

/**
 * Those fields that hold something.
 *
 * @param {Readonly<Record<string, string | undefined>>} fields
 */
function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value?.trim()));
}
