import type { RequestFacts } from "../http/endpoint.ts";
import type { Settings } from "../http/dependencies.ts";
import { describeHome } from "../home.ts";
import { escape, sendPage } from "./page.ts";

const WORDS = {
  tr: {
    claim: "Kayıtlı kartlarla çalışan bir cüzdan API'si",
    about:
      "Bir filo, kullanıcılarının her biri için bir bakiye ve kayıtlı kartlar tutar. Kullanıcı kart saklar, " +
      "karttan bakiye yükler, bakiyeden öder; ödemesi iade edilebilir.",
    reference: "API başvurusu",
    referenceAbout: "Her uç nokta, denenebilir",
    desk: "Filo masası",
    deskAbout: "Kullanıcı bul, iade et, gün sonuna bak",
    document: "OpenAPI belgesi",
    documentAbout: "İstemci üretmek için",
    first: "İlk ödeme",
    paste: "Üç komutu bir terminale yapıştırın:",
    copy: "Kopyala",
    copied: "Kopyalandı",
    tryOut: "Geliştirme ortamı: gerçek kart çekilmez.",
    fleet: "Filo",
    key: "anahtar",
    version: "Sürüm",
  },
  en: {
    claim: "A stored-card wallet API",
    about:
      "A fleet keeps a balance and saved cards for each of its users. A user saves a card, tops the balance up " +
      "from it and pays from the balance; payments can be refunded.",
    reference: "API reference",
    referenceAbout: "Every endpoint, ready to try",
    desk: "The fleet's desk",
    deskAbout: "Find a user, refund, see the day's end",
    document: "OpenAPI document",
    documentAbout: "To generate a client from",
    first: "A first payment",
    paste: "Paste the three commands into a terminal:",
    copy: "Copy",
    copied: "Copied",
    tryOut: "Development: no real card is charged.",
    fleet: "Fleet",
    key: "key",
    version: "Version",
  },
} as const;

/** The home page: what this is, where to read on, and a first payment ready to paste. */
export function showHome(facts: RequestFacts, settings: Settings): Promise<Response> {
  const { language } = facts;
  const { name, version, firstPayment } = describeHome(settings, language);
  const said = WORDS[language];
  const commands = firstPayment.map(({ step, command }) => `# ${step}\n${command}`).join("\n\n");
  const { tryOut } = settings;
  const hint = tryOut &&
    `<p class="hint">${said.tryOut} ${said.fleet} <code>${escape(tryOut.filo)}</code>, ` +
      `${said.key} <code>${escape(tryOut.key)}</code></p>`;
  return sendPage(
    `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}</title>
<link rel="icon" href="/static/kese.svg">
<link rel="stylesheet" href="/static/kese.css">
<script type="module" src="/static/home.js"></script>
<main class="home">
  <header>
    <img src="/static/kese.svg" alt="" width="56" height="56">
    <div>
      <h1>${name}</h1>
      <p>${said.claim}</p>
    </div>
  </header>
  <p>${said.about}</p>
  <nav class="cards">
    <a href="/docs"><b>${said.reference}</b><span>${said.referenceAbout}</span></a>
    <a href="/masa"><b>${said.desk}</b><span>${said.deskAbout}</span></a>
    <a href="/openapi.json"><b>${said.document}</b><span>${said.documentAbout}</span></a>
  </nav>
  <section aria-labelledby="first">
    <h2 id="first">${said.first}</h2>
    ${hint ?? ""}
    <div class="row"><p>${said.paste}</p>
      <button type="button" id="copy" data-copied="${said.copied}">${said.copy}</button></div>
    <pre id="commands" tabindex="0">${escape(commands)}</pre>
  </section>
  <footer>${said.version} ${version}</footer>
</main>
</html>
`,
    facts,
  );
}
