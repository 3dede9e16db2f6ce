import type { UserAction } from "../../domain/ports/card_gateway.ts";
import type { TopUpState } from "../../domain/workflows/top_up_state.ts";
import type { Texts } from "../contract/messages.ts";
import { escape } from "./page.ts";

/** What a page may do, and which of several it is. */
export interface Page {
  readonly status: number;
  readonly html: string;
  readonly policy: string;
}

const NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/**
 * The bank's page. It runs in an origin of its own, because a bank's scripts have no business with what
 * Kese's other pages keep in this browser. It may send its form to the bank, and to the addresses that
 * lie behind it.
 */
export function showBankPage(
  { html }: Extract<UserAction, { kind: "page" }>,
  targets: readonly string[],
): Page {
  const policy = [
    NOTHING,
    "sandbox allow-forms allow-scripts allow-popups allow-top-navigation",
    "script-src 'unsafe-inline' https:",
    "style-src 'unsafe-inline' https:",
    "img-src https: data:",
    "frame-src https:",
    "connect-src https:",
    `form-action ${["https:", ...targets].join(" ")}`,
  ].join("; ");
  return { status: 200, html, policy };
}

const SAYS = {
  credited: "top_up_credited",
  failed: "top_up_failed",
  pending: "top_up_pending",
  requires_action: "page_bank_awaited",
} as const satisfies Record<TopUpState["status"], string>;

/** What a top-up has come to, for a browser that has nowhere to go back to. */
export function showTopUp(texts: Texts, status: TopUpState["status"]): Page {
  return showText(texts, 200, SAYS[status]);
}

export function showUnknown(texts: Texts): Page {
  return showText(texts, 404, "page_top_up_unknown");
}

export function showFault(texts: Texts, status: number): Page {
  return showText(texts, status, "page_unavailable");
}

/** Both languages, because a browser that comes from a bank does not always say its user's. */
function showText(texts: Texts, status: number, name: string): Page {
  const [turkish, english] = (["tr", "en"] as const).map((language) =>
    escape(texts.message(name, language))
  );
  const html = `<!doctype html>
<html lang="tr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kese</title>
<style>body{font-family:system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}</style>
<h1>${turkish}</h1>
<p lang="en">${english}</p>
</html>
`;
  return { status, html, policy: `${NOTHING}; style-src 'unsafe-inline'` };
}
