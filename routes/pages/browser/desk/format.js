import { language } from "./texts.js";

/** The zone of the fleet's days; the page names it. */
const timeZone = document.querySelector("main")?.dataset.timeZone || "Europe/Istanbul";

const locale = () => language() === "en" ? "en-GB" : "tr-TR";

/**
 * Writes an amount of an answer: 1.234,50 ₺. The text goes to Intl as it is, so no digit is lost.
 *
 * @param {string} amount
 */
export function money(amount) {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const number = new Intl.NumberFormat(locale(), digits)
    .format(/** @type {Intl.StringNumericLiteral} */ (amount));
  return `${number}\u00a0₺`;
}

/**
 * Reads an amount as people write it, 1.234,50 or 10.5, into what Kese takes; undefined if it is none.
 * A point before three digits groups thousands in Turkish, a comma in English.
 *
 * @param {string} written
 * @returns {string | undefined}
 */
export function readAmount(written) {
  const amount = written.replaceAll(/[\s₺]/g, "");
  const [group, point] = language() === "en" ? [",", "."] : [".", ","];
  const isGrouped = new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${point}\\d{1,2})?$`).test(amount);
  if (isGrouped) return amount.replaceAll(group, "").replace(point, ".");
  return /^\d+([.,]\d{1,2})?$/.test(amount) ? amount.replace(",", ".") : undefined;
}

/**
 * An amount of an answer as it is edited: 10,50.
 *
 * @param {string} amount
 */
export function editable(amount) {
  return language() === "en" ? amount : amount.replace(".", ",");
}

/**
 * An amount in kurus, to be added up.
 *
 * @param {string} amount
 */
export function toKurus(amount) {
  return Math.round(Number(amount) * 100);
}

/** @param {number} kurus */
export function fromKurus(kurus) {
  return (kurus / 100).toFixed(2);
}

/** @param {string} instant */
export function moment(instant) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short", timeZone })
    .format(new Date(instant));
}

/**
 * The day of the fleet that an instant is in: 2026-03-01.
 *
 * @param {Date} date
 */
export function dayOf(date) {
  return new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone }).format(date);
}

/** Made once: a busy day has a hundred thousand entries. */
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone });

/**
 * The hour of the fleet's day that an instant is in, 0 to 23.
 *
 * @param {string} instant
 */
export function hourOf(instant) {
  return Number(hours.format(new Date(instant)));
}

/**
 * A day so many days later, or before.
 *
 * @param {string} day
 * @param {number} days
 */
export function dayAfter(day, days) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, "2026-03-01".length);
}

/**
 * A day as people write it: 1 Mart 2026; short: 1 Mar.
 *
 * @param {string} day
 * @param {"long" | "short"} [form]
 */
export function date(day, form = "long") {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = form === "long" ? { dateStyle: "long" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" })
    .format(new Date(`${day}T12:00:00Z`));
}

/** @param {number} count */
export function count(count) {
  return new Intl.NumberFormat(locale()).format(count);
}
