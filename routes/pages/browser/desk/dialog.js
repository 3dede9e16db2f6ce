import { Refusal } from "./api.js";
import { el } from "./dom.js";
import { button } from "./parts.js";
import { text } from "./texts.js";

/** For so long a dialog takes no confirmation: the second half of a double click is none. */
const UNARMED_MILLISECONDS = 400;

/**
 * @typedef {object} Confirmation
 * @property {string} title
 * @property {string} about
 * @property {readonly HTMLElement[]} [fields]
 * @property {(values: Readonly<Record<string, string>>) => string} confirm What the button says, by what the fields hold.
 * @property {boolean} [isDanger]
 * @property {(values: Readonly<Record<string, string>>, key: string) => Promise<unknown>} run
 */

/**
 * Asks before something is done, and does it once: a repeated press, after a lost answer as well, sends
 * the same Idempotency-Key as long as the fields hold the same.
 *
 * @param {Confirmation} confirmation
 */
export function confirm({ title, about, fields = [], confirm: label, isDanger = false, run }) {
  // A double click opens one.
  if (document.querySelector("dialog")) return;
  const fault = el("p", { class: "bad", role: "alert" });
  const submit = el("button", {
    type: "submit",
    class: isDanger ? "danger" : "main",
    disabled: true,
  });
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" });
  dialog.addEventListener("close", () => dialog.remove());
  /** @type {HTMLFormElement} */
  const form = el(
    "form",
    { method: "dialog", onsubmit, oninput: showLabel },
    el("h2", { id: "dialog-title" }, title),
    el("p", {}, about),
    ...fields,
    fault,
    el("div", { class: "buttons" }, button(text("cancel"), () => dialog.close()), submit),
  );
  dialog.append(form);
  /** @type {Map<string, string>} */
  const keys = new Map();
  let isRunning = false;

  document.body.append(dialog);
  dialog.showModal();
  showLabel();
  setTimeout(() => submit.disabled = isRunning, UNARMED_MILLISECONDS);

  function read() {
    return Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, String(value)]),
    );
  }

  function showLabel() {
    submit.textContent = label(read());
  }

  /** @param {Event} event */
  async function onsubmit(event) {
    event.preventDefault();
    if (isRunning || submit.disabled) return;
    const values = read();
    const key = keys.get(JSON.stringify(values)) ?? createKey();
    keys.set(JSON.stringify(values), key);
    isRunning = submit.disabled = true;
    fault.textContent = "";
    try {
      await run(values, key);
      dialog.close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fault.textContent = error.message;
    } finally {
      isRunning = submit.disabled = false;
    }
  }
}

/** Random also where a page without TLS has no `crypto.randomUUID`. */
function createKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `desk-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
