import type { Eventually } from "../../domain/ports/eventually.ts";
import type { Definition } from "./endpoint.ts";
import type { Parameters } from "./parameters.ts";
import {
  type FieldError,
  listErrors,
  type Problem,
  type ProblemCode,
  PROBLEMS,
  type Read,
  refuse,
} from "../contract/problems.ts";
import { NotLoaded } from "../contract/telephone.ts";

/** Checks parameters against the schema of a route. What is not in the schema is left out. */
export function validate(definition: Definition, parameters: Parameters): Eventually<
  Read<Parameters>
> {
  try {
    return validateNow(definition, parameters);
  } catch (error) {
    if (!(error instanceof NotLoaded)) throw error;
    return error.load().then(() => validateNow(definition, parameters));
  }
}

function validateNow(
  { parameters: schema, listsInvalidFields = false }: Definition,
  parameters: Parameters,
): Read<Parameters> {
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = toFieldErrors(parsed.error.issues);
  return refuse(
    listsInvalidFields ? listErrors("validation_failed", errors) : chooseProblem(errors),
  );
}

/** Lists the codes that {@linkcode validate} can refuse with. Path parameters are never missing. */
export function listErrorCodes(
  { parameters: { shape }, path, listsInvalidFields = false }: Definition,
): readonly ProblemCode[] {
  const fields = Object.entries(shape);
  if (fields.length === 0) return [];
  if (listsInvalidFields) return ["validation_failed"];
  const isMissable = fields.some(([name, field]) =>
    !path.includes(`{${name}}`) && !field.safeParse(undefined).success
  );
  // No field takes an object, so each tells its code.
  const codes = fields.map(([, field]) => field.safeParse({}).error?.issues[0]?.message ?? "");
  return [
    ...(isMissable ? ["missing_parameter" as const] : []),
    ...codes.map((code) => isProblemCode(code) ? code : "validation_failed"),
  ];
}

/** One error a field, in the order of the schema; the issue's message is its code. */
function toFieldErrors(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): readonly FieldError[] {
  const byField = new Map<string, FieldError>();
  for (const { path: [name], message: code } of issues) {
    const field = String(name);
    if (!byField.has(field)) byField.set(field, { field, code });
  }
  return [...byField.values()];
}

/** What is missing comes first; then a field whose error is a problem of its own. */
function chooseProblem(errors: readonly FieldError[]): Problem {
  const missing = errors.filter(({ code }) => code === "missing_parameter");
  if (missing.length > 0) return listErrors("missing_parameter", missing);
  const own = errors.map(({ code }) => code).find(isProblemCode);
  return listErrors(own ?? "validation_failed", errors);
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
