import type { RequestFacts } from "../http/endpoint.ts";
import type { Settings } from "../http/dependencies.ts";
import { escape, sendPage } from "./page.ts";

/** The API reference, made by Swagger UI from /openapi.json; in development the key is filled in. */
export function showReference(facts: RequestFacts, { tryOut }: Settings): Promise<Response> {
  const credentials = tryOut &&
    `data-filo="${escape(tryOut.filo)}" data-key="${escape(tryOut.key)}"`;
  return sendPage(
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kese API</title>
<link rel="icon" href="/static/kese.svg">
<link rel="stylesheet" href="/static/swagger-ui.css">
<link rel="stylesheet" href="/static/reference.css">
<script src="/static/swagger-ui-bundle.js" defer></script>
<script type="module" src="/static/reference.js"></script>
<div id="reference" ${credentials ?? ""}></div>
</html>
`,
    { ...facts, language: "en" },
  );
}
