import { showDay } from "./day_page.js";
import { el } from "./dom.js";
import { showOpen } from "./open_page.js";
import { button } from "./parts.js";
import { endSession, readSession } from "./session.js";
import { showSignIn } from "./sign_in.js";
import { chooseLanguage, language, text } from "./texts.js";
import { showUser } from "./user_page.js";
import { showUsers } from "./users_page.js";

/** The fleet's desk: shows the page that the address names after its `#`, and the sign-in before it. */

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const top = /** @type {HTMLElement} */ (document.querySelector("header"));
let showing = new AbortController();

/**
 * @typedef {object} Place
 * @property {AbortSignal} signal
 * @property {string | undefined} name
 */

/** @type {ReadonlyMap<string, (place: Place) => Node>} */
const PAGES = new Map(Object.entries({
  "kullanici": ({ signal, name = "" }) => showUser({ signal, userNo: name }),
  "gun-sonu": ({ signal, name }) => showDay({ signal, day: name }),
  "bekleyenler": showOpen,
}));

globalThis.addEventListener("hashchange", () => {
  render();
  main.focus();
});
globalThis.addEventListener("signedout", () => {
  if (!document.querySelector(".sign-in")) render({ hasEnded: true });
});
render();

function render({ hasEnded = false } = {}) {
  showing.abort();
  document.querySelector("dialog")?.close();
  showing = new AbortController();
  const session = readSession();
  document.documentElement.lang = language();
  document.title = `${text("title")} · Kese`;
  const [, page = "", name] = location.hash.split("/");
  top.replaceChildren(...showTop(page, session?.filo));
  const { signal } = showing;
  const show = PAGES.get(page) ?? showUsers;
  main.replaceChildren(
    session === undefined
      ? showSignIn({ hasEnded, onSignedIn: () => render() })
      : show({ signal, name }),
  );
}

/**
 * @param {string} page
 * @param {string | undefined} filo
 */
function showTop(page, filo) {
  const link = (/** @type {string} */ to, /** @type {string} */ label) =>
    el("a", { href: `#/${to}`, "aria-current": to === page ? "page" : undefined }, label);
  return [
    el("button", { type: "button", class: "skip", onclick: () => main.focus() }, text("skip")),
    el(
      "a",
      { href: "/", class: "brand" },
      el("img", { src: "/static/kese.svg", alt: "", width: 28, height: 28 }),
      "Kese",
    ),
    filo === undefined ? "" : el(
      "nav",
      { "aria-label": text("title") },
      link("", text("users")),
      link("gun-sonu", text("day")),
      link("bekleyenler", text("open")),
    ),
    el(
      "div",
      { class: "buttons" },
      filo === undefined ? "" : el("span", { class: "quiet" }, text("signedInAs", { filo })),
      el("button", {
        type: "button",
        class: "small",
        lang: language() === "en" ? "tr" : "en",
        onclick: switchLanguage,
      }, text("otherLanguage")),
      filo === undefined ? "" : button(text("signOut"), signOut, "small"),
    ),
  ];
}

function switchLanguage() {
  chooseLanguage(language() === "en" ? "tr" : "en");
  render();
  /** @type {HTMLElement | null} */ (top.querySelector("button[lang]"))?.focus();
}

function signOut() {
  endSession();
  location.hash = "#/";
  render();
}
