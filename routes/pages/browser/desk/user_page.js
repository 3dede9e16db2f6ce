import { call, Refusal } from "./api.js";
import { el } from "./dom.js";
import { showEntries } from "./entries.js";
import { date, moment, money } from "./format.js";
import { badge, button, lackOf, loadInto, panel, quiet, table, terms } from "./parts.js";
import { may } from "./session.js";
import { text } from "./texts.js";
import { adjust, endSessions, freeze, release, unfreeze } from "./user_actions.js";
import { showStatus } from "./users_page.js";

/**
 * @typedef {object} User What the desk knows of the user that it shows.
 * @property {string} userNo
 * @property {string} name
 * @property {any} balance
 * @property {() => void} reload
 */

/**
 * Everything about one user, and what can be done for them.
 *
 * @param {{ readonly signal: AbortSignal, readonly userNo: string }} options
 */
export function showUser({ signal, userNo }) {
  const place = el("div", { class: "user" });
  const reload = () => void loadInto(place, signal, load);
  reload();
  return el("div", {}, el("a", { href: "#/", class: "back" }, `← ${text("back")}`), place);

  async function load() {
    const query = { userNo };
    const [balance, person] = await Promise.all([
      call("GET /bakiye", { query, signal }),
      orNothing(call("GET /kullanici", { query, signal })),
    ]);
    const { cards } = person?.counts.cards > 0
      ? await call("GET /kart-saklama-listesi", { query, signal })
      : { cards: [] };
    const name = person ? `${person.name} ${person.surname}` : userNo;
    const user = { userNo, name, balance, reload };
    return [
      el("header", { class: "title" }, el("h1", {}, name), showStatus(balance.status)),
      showActions(user),
      lackOf(["refund", "adjust", "pay"]),
      el(
        "div",
        { class: "columns pairs" },
        showBalance(balance),
        showProfile(userNo, person),
        showHolds(user),
        showCards(cards),
      ),
      showEntries({ signal, user }),
    ];
  }
}

/**
 * What an erased user no longer has is no fault.
 *
 * @param {Promise<any>} asked
 */
async function orNothing(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
}

/** @param {User} user */
function showActions(user) {
  const { status } = user.balance;
  return el(
    "div",
    { class: "buttons" },
    may("adjust") && status !== "closed" && button(text("adjust"), () => adjust(user)),
    may("adjust") && status === "active" && button(text("freeze"), () => freeze(user)),
    may("adjust") && status === "frozen" && button(text("unfreeze"), () => unfreeze(user)),
    may("adjust") && button(text("endSessions"), () => endSessions(user)),
  );
}

/** @param {any} balance */
function showBalance({ balance, held, available }) {
  return panel(
    text("balance"),
    el("p", { class: "large number" }, money(balance)),
    terms([[text("held"), money(held)], [text("available"), money(available)]]),
  );
}

/**
 * @param {string} userNo
 * @param {any} person
 */
function showProfile(userNo, person) {
  if (person === undefined) return panel(text("profile"), quiet(text("erasedUser")));
  return panel(
    text("profile"),
    terms([
      [text("byUserNo"), userNo],
      [text("phoneNumber"), person.phoneNumber],
      [text("email"), person.email],
      [text("birthDate"), date(person.birthDate)],
      [text("createdAt"), moment(person.createdAt)],
    ]),
  );
}

/** @param {User} user */
function showHolds(user) {
  const { holds } = user.balance;
  if (holds.length === 0) return panel(text("holds"), quiet(text("noHolds")));
  return panel(
    text("holds"),
    table(
      text("holds"),
      [text("amount"), text("expiresAt"), text("actions")],
      holds.map((/** @type {any} */ hold) => [
        el("span", { class: "number" }, money(hold.amount)),
        moment(hold.expiresAt),
        may("pay") && button(text("release"), () => release(user, hold), "small"),
      ]),
    ),
  );
}

/** @param {any[]} cards */
function showCards(cards) {
  if (cards.length === 0) return panel(text("cards"), quiet(text("noCards")));
  const shown = cards.map(({ maskedNumber, brand, alias, selected, expired, verified }) =>
    el(
      "li",
      {},
      el("span", { class: "number" }, maskedNumber),
      " ",
      el(
        "span",
        { class: "quiet" },
        [brand !== "unknown" && brand, alias].filter(Boolean).join(", "),
      ),
      " ",
      selected && badge(text("selected"), "good"),
      expired && badge(text("expired"), "bad"),
      !verified && badge(text("notVerified"), "bad"),
    )
  );
  return panel(text("cards"), el("ul", { class: "plain" }, ...shown));
}
