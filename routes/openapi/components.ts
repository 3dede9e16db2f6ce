import type { OpenAPIHono } from "@hono/zod-openapi";
import { IDEMPOTENCY_KEY_MAX_LENGTH } from "../../domain/limits.ts";
import { REQUEST_ID_MAX_LENGTH } from "../http/request_id.ts";

type Registry = OpenAPIHono["openAPIRegistry"];

/** A route as the generator takes it. */
export type Route = Parameters<Registry["registerPath"]>[0];

/** What the operations of the OpenAPI document share, by the name of the header. */
export const HEADER_PARAMETERS = {
  Filo: {
    required: false,
    description:
      "The fleet. It goes with a fleet key; with a session it may be left out, and must be the session's own.",
    schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
    example: "hergele",
  },
  "Idempotency-Key": {
    required: false,
    description:
      "Makes the request repeatable: the same key with the same request gives the first answer again and does " +
      "nothing twice. Bare or, if it holds a comma, in double quotes. A refused request is not remembered.",
    schema: { type: "string", minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_LENGTH },
    example: "9f1c2b1e-3d57-4a0e-8f5c-0f4f6d1b7a10",
  },
  "Accept-Language": {
    required: false,
    description: "`tr` (default) or `en`: the language of the texts.",
    schema: { type: "string" },
    example: "en",
  },
  "X-Request-Id": {
    required: false,
    description: "The client's own name for the request; one that is not safe to log is replaced.",
    schema: { type: "string", pattern: `^[A-Za-z0-9._:-]{1,${REQUEST_ID_MAX_LENGTH}}$` },
    example: "req-1",
  },
} as const;

export const RESPONSE_HEADERS = {
  "X-Request-Id": {
    description: "The request's id, as logs and audit name it.",
    required: true,
    schema: { type: "string" },
  },
  "Content-Language": {
    description: "Set when the texts are English; without it they are Turkish.",
    schema: { type: "string", const: "en" },
  },
  "Cache-Control": {
    description: "Answers are not stored.",
    schema: { type: "string", const: "no-store" },
  },
  "Idempotent-Replayed": {
    description: "Set when an earlier request with the same key had this effect.",
    schema: { type: "string", const: "true" },
  },
  "Accept-Encoding": {
    description: "Set when the body was compressed (RFC 9110, section 12.5.3).",
    schema: { type: "string", const: "identity" },
  },
  "WWW-Authenticate": { description: "RFC 9110, section 11.6.1.", schema: { type: "string" } },
  "Retry-After": {
    description: "Seconds after which to try again.",
    schema: { type: "integer", minimum: 0 },
  },
  "RateLimit-Policy": {
    description: "The limit that was passed (draft-ietf-httpapi-ratelimit-headers).",
    schema: { type: "string" },
    example: '"user";q=6000;w=60',
  },
  RateLimit: {
    description: "What is left of it, and for how many seconds.",
    schema: { type: "string" },
    example: '"user";r=0;t=12',
  },
} as const;

type Components = {
  readonly headers: keyof typeof RESPONSE_HEADERS;
  readonly parameters: keyof typeof HEADER_PARAMETERS;
  readonly examples: string;
  readonly responses: string;
  readonly schemas: string;
};

/** A reference to a component of the document. */
export function referToComponent<Kind extends keyof Components>(
  kind: Kind,
  name: Components[Kind],
): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}

/** References by name, as a response lists its headers. */
export function referToHeaders(
  names: readonly Components["headers"][],
): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, referToComponent("headers", name)]));
}
