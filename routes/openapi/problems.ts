import { z } from "zod";
import { createTexts } from "../contract/messages.ts";
import {
  referToComponent,
  referToHeaders,
  type RESPONSE_HEADERS,
  type Route,
} from "./components.ts";
import {
  type FieldError,
  type Problem,
  problem,
  type ProblemCode,
  PROBLEMS,
  type ProblemType,
} from "../contract/problems.ts";
import { PROBLEM_TEXTS } from "../contract/problem_texts.ts";
import { TAKEN_ENCODINGS, toProblemHeaders } from "../contract/problem_headers.ts";
import { toProblemBody } from "../http/render.ts";
import { problemAnswer } from "../contract/problem_answer.ts";

/** The fields that an error of reading or validating names. */
const ERRORS: Partial<Record<ProblemCode, readonly FieldError[]>> = {
  missing_parameter: [{ field: "userNo", code: "missing_parameter" }],
  validation_failed: [{ field: "email", code: "invalid_email" }],
  invalid_user_no: [{ field: "userNo", code: "invalid_user_no" }],
  invalid_amount: [{ field: "amount", code: "invalid_amount" }],
  invalid_card_number: [{ field: "cardNo", code: "invalid_card_number" }],
};

const TEXTS = createTexts(new Map());

/** The facts behind a problem, as its example shows them. */
function findFacts(code: ProblemCode): Problem["facts"] {
  const { facts = {} }: ProblemType = PROBLEMS[code];
  return facts;
}

/** An answer with that code, word for word, under its English title. */
export function toExample(
  code: ProblemCode,
  { status }: Pick<Problem, "status"> = {},
): { summary: string; value: unknown } {
  const errors = ERRORS[code];
  const parameters = errors?.map(({ field }) => field).join(", ") ?? "userNo";
  const example = {
    ...problem(code, { ...findFacts(code), parameters }),
    ...(errors && { errors }),
    ...(status !== undefined && { status }),
  };
  const facts = { requestId: "req-1", language: "tr" } as const;
  return {
    summary: PROBLEM_TEXTS[code].en.title,
    value: toProblemBody(example, { facts, texts: TEXTS }),
  };
}

/** The shape of every error, with every code that there is. */
const PROBLEM = problemAnswer.extend({ code: z.enum(Object.keys(PROBLEMS)) }).meta({
  id: "Problem",
  description: "RFC 9457. What is not required stands in the problems of some codes alone.",
});

type HeaderName = keyof typeof RESPONSE_HEADERS;

/** The responses of those codes, by status. */
export function toProblemResponses(
  codes: readonly ProblemCode[],
  { mayReplay, conflicts = [] }: {
    readonly mayReplay: boolean;
    readonly conflicts?: readonly ProblemCode[];
  },
): Route["responses"] {
  const byStatus = Map.groupBy(
    codes,
    (code) => conflicts.includes(code) ? 409 : PROBLEMS[code].status,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => {
      // A top-up is remembered from its start, so its decline can be repeated too.
      const isReplayed = mayReplay && ofStatus.includes("card_declined");
      const more = isReplayed ? ["Idempotent-Replayed"] as const : [];
      return [status, toProblemResponse(ofStatus, status, more)];
    }),
  );
}

function toProblemResponse(
  codes: readonly ProblemCode[],
  status: number,
  more: readonly HeaderName[],
): Route["responses"][string] {
  const headers = [
    ...new Set<HeaderName>([...COMMON_HEADERS, ...codes.flatMap(listHeaders), ...more]),
  ];
  return {
    // What they mean stands with the examples.
    description: codes.map((code) => `\`${code}\``).join(", "),
    headers: referToHeaders(headers),
    content: {
      "application/problem+json": {
        schema: PROBLEM,
        examples: Object.fromEntries(
          codes.map((code) => [
            code,
            status === PROBLEMS[code].status
              ? referToComponent("examples", code)
              : toExample(code, { status }),
          ]),
        ),
      },
    },
  };
}

/** Headers of every answer. */
export const COMMON_HEADERS = ["X-Request-Id", "Content-Language", "Cache-Control"] as const;

function listHeaders(code: ProblemCode): readonly HeaderName[] {
  const headers = code === "unsupported_media_type"
    ? TAKEN_ENCODINGS
    : toProblemHeaders({ code, facts: findFacts(code) });
  return Object.keys(headers) as (keyof typeof headers)[];
}
