import { assertEquals, assertThrows } from "@std/assert";
import { READING } from "../../../routes/openapi/problem_codes.ts";
import { shareParts } from "../../../routes/openapi/shared_parts.ts";

/** A response with problems of those codes. */
function refusal(...codes: string[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, {}]));
  return { description: codes.join(", "), content: { "application/problem+json": { examples } } };
}

/** What becomes of operations, each at a path of its own. */
function shareAmong(...operations: Operation[]) {
  const paths = operations.map((operation, index) => [`/${index}`, {
    get: { parameters: [], responses: {}, ...operation },
  }]);
  const document = { paths: Object.fromEntries(paths), webhooks: {}, components: {} };
  const { paths: shared, components } = shareParts(document);
  return { operations: Object.values(shared).map(({ get }) => get), components };
}

type Document = Parameters<typeof shareParts>[0];
type Operation = Partial<Document["paths"][string][string]>;

const USER_NO = { name: "userNo", in: "query", required: true };

Deno.test("shareParts() writes what two operations have among the components, and leaves what one has", () => {
  const body = {
    content: { "application/json": { schema: { $ref: "#/components/schemas/Event" } } },
  };
  const both = { parameters: [USER_NO], requestBody: body };
  const { operations, components } = shareAmong(
    { ...both, responses: { 404: refusal("user_not_found"), 409: refusal("user_exists") } },
    { ...both, responses: { 404: refusal("user_not_found") } },
  );
  const referring = {
    parameters: [{ $ref: "#/components/parameters/userNo" }],
    requestBody: { $ref: "#/components/requestBodies/Event" },
  };
  const missing = { $ref: "#/components/responses/user_not_found" };
  assertEquals(operations, [
    { ...referring, responses: { 404: missing, 409: refusal("user_exists") } },
    { ...referring, responses: { 404: missing } },
  ]);
  assertEquals(components, {
    parameters: { userNo: USER_NO },
    requestBodies: { Event: body },
    responses: { user_not_found: refusal("user_not_found") },
  });
});

Deno.test("shareParts() shares among webhooks too", () => {
  const hook = { post: { parameters: [USER_NO], responses: {} } };
  const { webhooks } = shareParts({
    paths: {},
    webhooks: { payment: hook, refund: hook },
    components: {},
  });
  const shared = {
    post: { ...hook.post, parameters: [{ $ref: "#/components/parameters/userNo" }] },
  };
  assertEquals(webhooks, { payment: shared, refund: shared });
});

Deno.test("shareParts() names a response by its codes, and a parameter that may be left out so", () => {
  const twice = (operation: Operation) => shareAmong(operation, operation).components;
  const busy = refusal("busy", "outcome_unknown");
  const reading = refusal("missing_parameter", ...READING);
  const malformed = refusal("malformed_request");
  const { responses } = twice({ responses: { 400: reading, 413: malformed, 503: busy } });
  assertEquals(responses, {
    "bad_request.missing_parameter": reading,
    malformed_request: malformed,
    "busy.outcome_unknown": busy,
  });
  const { parameters } = twice({ parameters: [{ name: "userNo" }] });
  assertEquals(parameters, { "userNo.optional": { name: "userNo" } });
});

Deno.test("shareParts() leaves an answer that is no refusal, because it has no name", () => {
  const done = { description: "It is done.", content: { "application/json": {} } };
  const operation = { parameters: [], responses: { 200: done } };
  const { operations, components } = shareAmong(operation, operation);
  assertEquals(operations, [operation, operation]);
  assertEquals(components.responses, {});
});

Deno.test("shareParts() does not let two parts have one name", () => {
  const inHeader = { ...USER_NO, in: "header" };
  const parameters = [USER_NO, inHeader];
  assertThrows(() => shareAmong({ parameters }, { parameters }), Error, "Cannot share userNo");
});

Deno.test("shareParts() says of a parameter once what it is, and only if it is required", () => {
  const description = "How many.";
  const { operations: [operation] } = shareAmong({
    parameters: [
      { name: "limit", required: false, description, schema: { description } },
      { name: "page", required: true, description, schema: { description: "A number." } },
    ],
  });
  assertEquals<unknown>(operation?.parameters, [
    { name: "limit", description, schema: {} },
    { name: "page", description, schema: { description: "A number." }, required: true },
  ]);
});
