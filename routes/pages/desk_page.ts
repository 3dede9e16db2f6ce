import type { RequestFacts } from "../http/endpoint.ts";
import type { Settings } from "../http/dependencies.ts";
import { escape, sendPage } from "./page.ts";

/**
 * The fleet's desk: an empty page that its scripts fill, calling Kese as any client would. It knows
 * nothing of anybody; in development it knows the key that everybody does.
 */
export function showDesk(facts: RequestFacts, { timeZone, tryOut }: Settings): Promise<Response> {
  const { language } = facts;
  const known = {
    "time-zone": timeZone,
    ...(tryOut && { filo: tryOut.filo, key: tryOut.key }),
  };
  const data = Object.entries(known).map(([name, value]) => `data-${name}="${escape(value)}"`);
  const noScript = language === "en"
    ? "The desk needs JavaScript."
    : "Filo masası için JavaScript gerekir.";
  return sendPage(
    `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Kese</title>
<link rel="icon" href="/static/kese.svg">
<link rel="stylesheet" href="/static/kese.css">
<link rel="stylesheet" href="/static/desk.css">
<script type="module" src="/static/desk/main.js"></script>
<body class="desk">
<header></header>
<main tabindex="-1" ${data.join(" ")}><noscript>${noScript}</noscript></main>
</body>
</html>
`,
    facts,
  );
}
