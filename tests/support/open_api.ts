// deno-lint-ignore no-explicit-any -- a document is walked, not built
type Json = any;

/** What stands at the end of a reference of the document, or the part itself if it is none. */
export function resolve(document: Json, part: Json): Json {
  if (typeof part?.$ref !== "string") return part;
  return part.$ref.split("/").slice(1).reduce((value: Json, name: string) => value[name], document);
}

/** An operation with its parameters, body and responses in place of the references to them. */
export function resolveOperation(document: Json, operation: Json): Json {
  const { parameters = [], requestBody, responses } = operation;
  return {
    ...operation,
    parameters: parameters.map((part: Json) => resolve(document, part)),
    ...(requestBody && { requestBody: resolve(document, requestBody) }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, part]) => [status, resolve(document, part)]),
    ),
  };
}
