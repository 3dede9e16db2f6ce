/**
 * Starts the API reference. In development the page names a fleet and its key, which are filled in: the
 * key where Swagger UI keeps credentials, the fleet as the value of the header `Filo`.
 */
const place = document.querySelector("#reference");
const { filo, key } = place instanceof HTMLElement ? place.dataset : {};

const response = await fetch("/openapi.json");
const spec = await response.json();
const { parameters } = spec.components;
// An example would be sent as it stands: every second request would be a repetition of the first.
for (const name of ["Idempotency-Key", "X-Request-Id"]) delete parameters[name].example;
if (filo) parameters.Filo.example = filo;

// @ts-ignore: the bundle of Swagger UI defines it, and has no types
const ui = globalThis.SwaggerUIBundle({
  spec,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  filter: true,
  // The open text fields show that a request can be sent.
  tryItOutEnabled: Boolean(key),
  // Otherwise it asks a host of its own what it thinks of the document.
  validatorUrl: null,
  onComplete: () => {
    if (key) ui.preauthorizeApiKey("fleetKey", key);
  },
});
