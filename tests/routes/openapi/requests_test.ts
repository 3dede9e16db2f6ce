import { assertEquals, assertFalse } from "@std/assert";
import { createEndpoints } from "../../../routes/endpoints.ts";
import { HEADER_PARAMETERS } from "../../../routes/openapi/components.ts";
import { openApiText } from "../../../routes/openapi/document.ts";
import type { ProblemCode } from "../../../routes/contract/problems.ts";
import { createUser, openTestKese, send } from "../../support/kese.ts";
import { resolve, resolveOperation } from "../../support/open_api.ts";

// deno-lint-ignore no-explicit-any -- a document is walked, not built
type Json = any;

const kese = await openTestKese();
const ENDPOINTS = createEndpoints(kese.dependencies);
const DOCUMENT: Json = JSON.parse(openApiText(ENDPOINTS));
await kese.close();

/** The operation without the headers that many have. */
function operationOf(path: string, method: string): Json {
  const operation = resolveOperation(DOCUMENT, DOCUMENT.paths[path][method]);
  const common = Object.keys(HEADER_PARAMETERS).map((name) => DOCUMENT.components.parameters[name]);
  const own = operation.parameters.filter((parameter: Json) => !common.includes(parameter));
  return { ...operation, parameters: own };
}

/** Where an operation documents the parameters that are not in its path. */
function placesOf({ parameters, requestBody }: Json): Json {
  const own = parameters.filter((parameter: Json) => parameter.in !== "path");
  return {
    ...Object.fromEntries(
      own.map(({ name, in: place, required = false }: Json) => [name, [place, required]]),
    ),
    ...Object.fromEntries(
      bodyFields(requestBody).map(([name, , required]) => [name, ["body", required]]),
    ),
  };
}

/** Name, schema and whether it is required of each field of a JSON body. */
function bodyFields(requestBody: Json): [string, Json, boolean][] {
  if (requestBody === undefined) return [];
  const { $ref } = requestBody.content["application/json"].schema;
  const { properties, required = [], additionalProperties } =
    DOCUMENT.components.schemas[$ref.split("/").at(-1)];
  assertEquals([requestBody.required, additionalProperties], [true, false], $ref);
  return Object.entries(properties).map((
    [name, field],
  ) => [name, resolve(DOCUMENT, field), required.includes(name)]);
}

Deno.test("openApiDocument() has every parameter in one place, and says which are required", () => {
  for (const { definition: { method, path, operation, parameters } } of ENDPOINTS) {
    const place = operation === "create_session"
      ? "header"
      : ["get", "delete"].includes(method)
      ? "query"
      : "body";
    const wanted = Object.entries(parameters.shape)
      .filter(([name]) => !path.includes(`{${name}}`))
      .map(([name, field]) => [name, [place, !field.safeParse(undefined).success]]);
    assertEquals(placesOf(operationOf(path, method)), Object.fromEntries(wanted), operation);
  }
  assertEquals(placesOf(operationOf("/kart-saklamali-odeme", "post")), {
    userNo: ["body", true],
    amount: ["body", true],
    orderId: ["body", false],
    description: ["body", false],
  });
  assertEquals(
    Object.keys(placesOf(operationOf("/authenticate_second_route", "post"))),
    ["Filo", "userNo"],
  );
});

/** What a request must not end in when it is as the document says. */
const MISUNDERSTOOD: readonly ProblemCode[] = [
  "malformed_request",
  "missing_parameter",
  "conflicting_parameters",
  "unsupported_media_type",
  "validation_failed",
  "invalid_user_no",
  "invalid_amount",
  "invalid_card_number",
];

for (const endpoint of ENDPOINTS) {
  const { method, path, operation } = endpoint.definition;
  Deno.test(`${operation} understands the examples of the document, all and those that it requires`, async () => {
    const { requestBody, parameters: documented } = operationOf(path, method);
    const parameters = documented
      .map(({ schema, ...parameter }: Json) => ({
        ...parameter,
        schema: resolve(DOCUMENT, schema),
      }))
      // A fleet's cursor is sealed, so only an answer has one.
      .filter(({ name }: Json) => name !== "cursor" || !path.startsWith("/filo/"));
    await using kese = await openTestKese();
    await createUser(kese, "123456");
    // A change of a profile changes at least one of the fields that it may leave out.
    // A card to save comes by its number, or by the gateway's own token.
    const needsMore = ["change_user", "save_card"].includes(operation);
    for (const all of needsMore ? [true] : [true, false]) {
      const valueOf = ({ example, items, enum: choices }: Json) =>
        example ?? (items ? [items.example] : choices?.[0] ?? "s1");
      const sent = parameters.filter(({ required }: Json) => all || required);
      const pairsIn = (place: string): [string, string][] =>
        sent.filter((parameter: Json) => parameter.in === place)
          .map(({ name, schema }: Json) => [name, String(schema.enum?.[0] ?? valueOf(schema))]);
      const inPath = new Map(pairsIn("path"));
      const search = new URLSearchParams(pairsIn("query"));
      const fields = bodyFields(requestBody).filter(([name, , required]) =>
        (all || required) && name !== "gatewayToken"
      )
        .map(([name, field]) => [name, valueOf(field)]);
      const line = `${method.toUpperCase()} ${
        path.replace(/\{(\w+)\}/, (_whole, name) => inPath.get(name) ?? "")
      }?${search}`;
      const { status, body } = await send(kese, line, {
        headers: Object.fromEntries(pairsIn("header")),
        ...(requestBody && { json: Object.fromEntries(fields) }),
      });
      assertFalse(MISUNDERSTOOD.includes(body?.code), `${line} ${status} ${JSON.stringify(body)}`);
    }
  });
}
