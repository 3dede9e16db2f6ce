import type { components } from "../schema.d.ts";

/** What Kese answers when it refuses (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** Every code that a refusal can have. Match it, and never the texts. */
export type ProblemCode = Problem["code"];

/** A refusal, as {@linkcode orThrow} throws it. */
export class KeseError extends Error {
  override readonly name: string = "KeseError";
  /** Undefined if something between here and Kese has answered in its place. */
  readonly code: ProblemCode | undefined;
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.message ?? `Kese did not answer: the status is ${status}`);
    this.status = status;
    this.problem = problem;
    this.code = problem?.code;
  }
}

/** What a call of the client gives. */
interface Result<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** Gives the answer of a call, or throws its refusal as a {@linkcode KeseError}. */
export function orThrow<Data>({ data, error, response }: Result<Data>): Data {
  if (response.ok) return data as Data;
  throw new KeseError(response.status, isProblem(error) ? error : undefined);
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error &&
    "requestId" in error;
}
