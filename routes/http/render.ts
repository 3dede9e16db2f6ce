import type { Language } from "../../domain/idempotency.ts";
import { EXPORT_STALL_MILLISECONDS } from "../../domain/limits.ts";
import type { AnyReply, RequestFacts, TextStream } from "./endpoint.ts";
import { declineText, type Texts } from "../contract/messages.ts";
import { toProblemHeaders } from "../contract/problem_headers.ts";
import { PROBLEM_TEXTS } from "../contract/problem_texts.ts";
import { type Problem, statusOf } from "../contract/problems.ts";
import { streamObject, streamTexts } from "./streamed.ts";

/** The language of an answer that names none. */
const OWN_LANGUAGE: Language = "tr";

interface RenderOptions {
  readonly facts: Pick<RequestFacts, "requestId" | "language">;
  readonly texts: Texts;
}

/** A response, and the code of its problem if it is one. */
interface Rendered {
  readonly response: Response;
  readonly code: string | null;
}

/** Writes a reply in the language of its request. */
export function render(reply: AnyReply, options: RenderOptions): Rendered {
  if ("code" in reply) return { response: renderProblem(reply, options), code: reply.code };
  if ("pieces" in reply) return { response: renderTexts(reply, options), code: null };
  const { facts: { requestId }, texts } = options;
  const { status, body, message } = reply;
  const replayed = "replayed" in reply ? reply.replayed : undefined;
  const language = replayed?.language ?? options.facts.language;
  const headers: Record<string, string> = {
    "x-request-id": requestId,
    "cache-control": "no-store",
  };
  if (replayed) headers["idempotent-replayed"] = "true";
  if (body === null) return { response: new Response(null, { status, headers }), code: null };
  headers["content-type"] = "application/json";
  // Each header costs a small answer a thirtieth of its time.
  if (language !== OWN_LANGUAGE) headers["content-language"] = language;
  const said = message && { message: texts.message(message, language) };
  const whole = { ...said, ...body };
  const written = "entries" in reply
    ? streamObject(whole, "entries", reply.entries)
    : JSON.stringify(whole);
  return { response: new Response(written, { status, headers }), code: null };
}

function renderTexts(
  { status, mediaType, fileName, pieces, end }: TextStream,
  { facts: { requestId } }: RenderOptions,
): Response {
  return new Response(streamTexts(pieces, { stallMilliseconds: EXPORT_STALL_MILLISECONDS, end }), {
    status,
    headers: {
      "content-type": `${mediaType}; charset=utf-8`,
      "content-disposition": `attachment; filename="${fileName}"`,
      "cache-control": "no-store",
      "x-request-id": requestId,
    },
  });
}

/** Writes a problem as RFC 9457 defines it, with Kese's own members. */
function renderProblem(problem: Problem, { facts: given, texts }: RenderOptions): Response {
  const { headers, replayed } = problem;
  const first = replayed ?? given;
  return new Response(JSON.stringify(toProblemBody(problem, { facts: first, texts })), {
    status: statusOf(problem),
    headers: {
      "content-type": "application/problem+json",
      ...(first.language !== OWN_LANGUAGE && { "content-language": first.language }),
      "cache-control": "no-store",
      "x-request-id": given.requestId,
      ...(replayed && { "idempotent-replayed": "true" }),
      ...toProblemHeaders(problem),
      ...headers,
    },
  });
}

/** The body of the answer to a refused request. */
export function toProblemBody(
  problem: Problem,
  { facts: { requestId, language }, texts }: RenderOptions,
): Record<string, unknown> {
  const { code, facts, errors } = problem;
  const message = texts.message(code, language);
  const { detail } = PROBLEM_TEXTS[code][language];
  const said = facts.declineReason === undefined ? facts : {
    ...facts,
    declineReason: texts.message(declineText(String(facts.declineReason)), language),
  };
  return {
    type: `urn:kese:problem:${code}`,
    title: message,
    status: statusOf(problem),
    ...(detail !== undefined && { detail: fill(detail, said) }),
    code,
    message,
    requestId,
    ...omitParameters(facts),
    ...(errors &&
      {
        errors: errors.map((error) => ({ ...error, message: texts.message(error.code, language) })),
      }),
  };
}

function fill(template: string, facts: Problem["facts"]): string {
  const choice = /\[([^[\]]*)\]/g;
  const gap = /\{(\w+)\}/g;
  const isKnown = (part: string) => [...part.matchAll(gap)].every(([, name = ""]) => name in facts);
  return template.replaceAll(choice, (_whole, parts: string) => {
    return parts.split("|").find(isKnown) ?? "";
  }).replaceAll(gap, (_whole, name: string) => [facts[name] ?? ""].flat().join(", "));
}

// The names of parameters stand in the detail and, one by one, in `errors`.
function omitParameters({ parameters: _, ...facts }: Problem["facts"]): Problem["facts"] {
  return facts;
}
