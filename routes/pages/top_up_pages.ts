import type { UserAction } from "../../domain/ports/card_gateway.ts";
import type { TopUpState } from "../../domain/workflows/top_up_state.ts";

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

const SAYS: Readonly<Record<TopUpState["status"], { readonly tr: string; readonly en: string }>> = {
  credited: { tr: "Bakiye yüklendi.", en: "The balance was topped up." },
  failed: { tr: "Bakiye yüklenemedi.", en: "The top-up failed." },
  pending: { tr: "Bakiye yükleme sürüyor.", en: "The top-up is pending." },
  requires_action: { tr: "Banka onayı bekleniyor.", en: "The bank's approval is awaited." },
};

/** What a top-up has come to, for a browser that has nowhere to go back to. */
export function showTopUp(status: TopUpState["status"]): Page {
  return showText(200, SAYS[status]);
}

export function showUnknown(): Page {
  return showText(404, {
    tr: "Bu bakiye yükleme bulunamadı ya da süresi doldu.",
    en: "There is no such top-up, or its time is over.",
  });
}

export function showFault(status: number): Page {
  return showText(status, {
    tr: "Şu anda yanıt verilemiyor. Birazdan sayfayı yenileyin.",
    en: "There is no answer at the moment. Reload the page shortly.",
  });
}

function showText(status: number, { tr, en }: { readonly tr: string; readonly en: string }): Page {
  const html = `<!doctype html>
<html lang="tr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kese</title>
<style>body{font-family:system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}</style>
<h1>${tr}</h1>
<p lang="en">${en}</p>
</html>
`;
  return { status, html, policy: `${NOTHING}; style-src 'unsafe-inline'` };
}
