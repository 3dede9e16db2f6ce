import { call, Refusal } from "./api.js";
import { el } from "./dom.js";
import { field } from "./parts.js";
import { learnScopes } from "./scopes.js";
import { endSession, keepSession } from "./session.js";
import { text } from "./texts.js";

/**
 * Asks for a fleet and its key, and tries them. In development the page knows both.
 *
 * @param {object} options
 * @param {boolean} options.hasEnded Whether a session ended because its key is no longer valid.
 * @param {() => void} options.onSignedIn
 */
export function showSignIn({ hasEnded, onSignedIn }) {
  const known = document.querySelector("main")?.dataset ?? {};
  const fault = el("p", { class: "bad", role: "alert" }, hasEnded && text("sessionEnded"));
  const required = { required: true, spellcheck: "false", autocapitalize: "off" };
  const filo = el("input", {
    ...required,
    name: "filo",
    autocomplete: "username",
    value: known.filo ?? "",
  });
  const key = el("input", {
    ...required,
    name: "key",
    type: "password",
    autocomplete: "current-password",
    value: known.key ?? "",
  });
  const submit = el("button", { type: "submit", class: "main" }, text("signInButton"));
  return el(
    "form",
    { class: "panel sign-in", onsubmit },
    el("h1", {}, text("signIn")),
    el("p", { class: "quiet" }, text("signInAbout")),
    field(text("filo"), filo),
    field(text("key"), key),
    fault,
    submit,
  );

  /** @param {Event} event */
  async function onsubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    fault.textContent = "";
    keepSession({ filo: filo.value.trim(), key: key.value.trim(), lacks: [] });
    try {
      await call("GET /filo/islemler", { query: { limit: 1 } });
      await learnScopes(key.value.trim());
      onSignedIn();
    } catch (error) {
      endSession();
      if (!(error instanceof Refusal)) throw error;
      fault.textContent = sayWhy(error);
    } finally {
      submit.disabled = false;
    }
  }
}

/** @param {Refusal} refusal */
function sayWhy({ status, message }) {
  if (status === 401) return text("wrongKey");
  return status === 403 ? text("notFleetKey") : message;
}
