import { call } from "./api.js";
import { confirm } from "./dialog.js";
import { el } from "./dom.js";
import { moment } from "./format.js";
import { notice } from "./notice.js";
import { button, growingList, lackOf, quiet, table } from "./parts.js";
import { may } from "./session.js";
import { text, wordOf } from "./texts.js";

/** A young event is on its way. */
const LATE_MILLISECONDS = 60_000;
/** What is sent again has arrived after that, where the receiver answers. */
const DELIVERY_MILLISECONDS = 1_000;

/**
 * The events that the fleet's own system did not take: those that are no longer sent, and those that are
 * late and sent again by themselves.
 *
 * @param {AbortSignal} signal
 */
export function showUndelivered(signal) {
  if (!may("admin")) return lackOf(["admin"]);
  const place = el("div");
  show();
  return place;

  function show() {
    place.replaceChildren(
      quiet(text("eventsAbout")),
      list("failed", text("noEvents"), () => true),
      el("h3", {}, text("lateEventsTitle")),
      quiet(text("lateEventsAbout")),
      list("pending", text("noLateEvents"), isLate),
    );
  }

  /**
   * @param {"failed" | "pending"} status
   * @param {string} empty
   * @param {(event: any) => boolean} isShown
   */
  function list(status, empty, isShown) {
    const load = async (/** @type {string | undefined} */ cursor) => {
      const page = await call("GET /filo/olaylar", { query: { status, cursor }, signal });
      return { ...page, data: page.data.filter(isShown) };
    };
    return growingList({ signal, load, show: (events) => showTable(events, show), empty });
  }
}

/** @param {any} event */
function isLate({ attempts, createdAt }) {
  return attempts > 0 || Date.now() - Date.parse(createdAt) > LATE_MILLISECONDS;
}

/**
 * @param {any[]} events
 * @param {() => void} reload
 */
function showTable(events, reload) {
  const headings = ["when", "what", "user", "attempts", "lastAnswer", "nextAttempt", "actions"];
  return table(
    text("eventsTitle"),
    headings.map((name) => text(/** @type {import("./texts.js").TextName} */ (name))),
    events.map((event) => [
      moment(event.createdAt),
      wordOf("type", event.type),
      event.userNo,
      String(event.attempts),
      String(event.lastStatus ?? ""),
      event.nextAttemptAt === null ? "" : moment(event.nextAttemptAt),
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
      setTimeout(reload, DELIVERY_MILLISECONDS);
    },
  });
}
