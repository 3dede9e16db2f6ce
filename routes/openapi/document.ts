import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { Endpoint } from "../http/endpoint.ts";
import {
  HEADER_PARAMETERS,
  referToComponent,
  referToHeaders,
  RESPONSE_HEADERS,
  type Route,
} from "./components.ts";
import { GATEWAY_ROUTES, PAGE, PAGE_RESPONSES } from "./gateway_routes.ts";
import { toRoute } from "./operation.ts";
import { toExample } from "./problems.ts";
import { type PlainDocument, shareParts } from "./shared_parts.ts";
import { EVENT_RESPONSES, listWebhooks } from "./webhooks.ts";
import { type ProblemCode, PROBLEMS } from "../contract/problems.ts";
import { VERSION } from "../contract/version.ts";

const INFO = {
  title: "Kese",
  version: VERSION,
  summary: "A stored-card wallet: save a card, top the balance up from it, pay, refund.",
  description: [
    "A fleet keeps a balance and saved cards for each of its users. Amounts are in TRY: decimals with " +
    "at most two digits after the point in requests, text with exactly two in answers.",
    "Errors are `application/problem+json` (RFC 9457). Match `code`; the texts are for people, " +
    "Turkish or, with `Accept-Language: en`, English. With them stand the numbers and ids behind a " +
    "refusal, such as `balance` or `retryAfterSeconds`.",
    "Parameters are shown where they are best sent. Those of a JSON body may also stand in the query " +
    "string, unless the operation says otherwise, and those of the query string of a DELETE in a JSON " +
    "body. A name that a route does not know is refused.",
    "A path that does not exist answers 404 `not_found`, a method that a path does not have 405 " +
    "`method_not_allowed` with `Allow`.",
  ].join("\n\n"),
  license: { name: "MIT", identifier: "MIT" },
};

const TAGS = [
  { name: "users", description: "The users of a fleet." },
  { name: "sign-in", description: "A one-time code, then a session token for one user." },
  { name: "cards", description: "Saved cards. A card number goes in and never comes out." },
  { name: "payments", description: "Payments from the balance, and their refunds." },
  {
    name: "holds",
    description: "Money that is set aside when a ride starts and taken at its end.",
  },
  { name: "top-ups", description: "Money from a saved card to the balance." },
  { name: "balance", description: "The balance and its adjustments." },
  { name: "accounts", description: "Freezing, unfreezing and closing an account." },
  { name: "journal", description: "Everything that happened to an account." },
  { name: "fleet", description: "The fleet's desk: all users and entries of the fleet." },
  { name: "keys", description: "Named keys of the fleet's own systems, each with its scopes." },
  { name: "audit", description: "Who asked for what, and how it ended." },
  { name: "health", description: "For load balancers and monitors." },
  { name: "documentation", description: "This document, and where to begin." },
];

const SECURITY_SCHEMES = {
  fleetKey: {
    type: "http",
    scheme: "bearer",
    description:
      "A key of the fleet, together with the header `Filo`: acts for every user of the fleet. A configured " +
      "key may do everything, a named key (`kk_…`) what its scopes allow: each operation says which it needs.",
  },
  session: {
    type: "http",
    scheme: "bearer",
    description: "A session token (`ks_…`) from /authenticate_second_route: acts for its own user.",
  },
  oneTimeCode: {
    type: "http",
    scheme: "bearer",
    description: "The code from /authenticate_first_route. It works once.",
  },
} as const;

const DOCUMENT = z.looseObject({ openapi: z.string() }).meta({ id: "OpenApiDocument" });

const DOCUMENT_HEADERS = {
  ...referToHeaders(["X-Request-Id"]),
  ETag: {
    description: "Names these bytes of the document.",
    required: true,
    schema: { type: "string" as const },
  },
  "Cache-Control": {
    description: "May be kept, and is asked about each time.",
    schema: { type: "string" as const, const: "no-cache" },
  },
};

// Not among the endpoints: it is made from them.
const OPENAPI_ROUTE: Route = {
  method: "get",
  path: "/openapi.json",
  operationId: "get_openapi",
  tags: ["documentation"],
  summary: "Shows this document",
  security: [],
  parameters: [
    {
      name: "If-None-Match",
      in: "header",
      required: false,
      description: "The `ETag` of an earlier answer: 304 if the document is still that one.",
      schema: { type: "string" },
    },
    referToComponent("parameters", "X-Request-Id"),
  ],
  responses: {
    200: {
      description: "The document.",
      headers: DOCUMENT_HEADERS,
      content: { "application/json": { schema: DOCUMENT } },
    },
    304: {
      description: "The document has not changed (RFC 9110, section 13.1.2).",
      headers: DOCUMENT_HEADERS,
    },
  },
};

/** The OpenAPI 3.1 document of the endpoints as JSON. */
export function openApiText(endpoints: readonly Endpoint[]): string {
  return JSON.stringify(openApiDocument(endpoints));
}

/** The OpenAPI 3.1 document of the endpoints. */
export function openApiDocument(endpoints: readonly Endpoint[]): object {
  const generator = new OpenAPIHono();
  const { openAPIRegistry: registry } = generator;
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    registry.registerComponent("securitySchemes", name, scheme);
  }
  for (const [name, parameter] of Object.entries(HEADER_PARAMETERS)) {
    registry.registerComponent("parameters", name, { name, in: "header", ...parameter });
  }
  for (const [name, header] of Object.entries(RESPONSE_HEADERS)) {
    registry.registerComponent("headers", name, header);
  }
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    registry.registerComponent("examples", code, toExample(code));
  }
  registry.registerComponent("schemas", "Page", PAGE);
  for (const [name, response] of Object.entries({ ...PAGE_RESPONSES, ...EVENT_RESPONSES })) {
    registry.registerComponent("responses", name, response);
  }
  for (const endpoint of endpoints) registry.registerPath(toRoute(endpoint));
  for (const route of [...GATEWAY_ROUTES, OPENAPI_ROUTE]) registry.registerPath(route);
  for (const webhook of listWebhooks()) registry.registerWebhook(webhook);
  const document = generator.getOpenAPI31Document({
    openapi: "3.1.0",
    info: INFO,
    tags: TAGS,
    servers: [{ url: "/" }],
  });
  return shareParts(document as unknown as PlainDocument);
}
