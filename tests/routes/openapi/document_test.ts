import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertLess,
  assertMatch,
} from "@std/assert";
import { createEndpoints } from "../../../routes/endpoints.ts";
import { openApiDocument, openApiText } from "../../../routes/openapi/document.ts";
import { listProblemCodes } from "../../../routes/openapi/problem_codes.ts";
import { type ProblemCode, PROBLEMS } from "../../../routes/contract/problems.ts";
import { PROBLEM_TEXTS } from "../../../routes/contract/problem_texts.ts";
import { openTestKese, send } from "../../support/kese.ts";
import { resolve, resolveOperation } from "../../support/open_api.ts";

// deno-lint-ignore no-explicit-any -- a document is walked, not built
type Json = any;

const kese = await openTestKese();
const ENDPOINTS = createEndpoints(kese.dependencies);
const DOCUMENT: Json = JSON.parse(openApiText(ENDPOINTS));
await kese.close();

const OPERATIONS: readonly Json[] = Object.values<Json>(DOCUMENT.paths).flatMap((path) =>
  Object.values<Json>(path).map((operation) => resolveOperation(DOCUMENT, operation))
);

/** Every value of the document with the way to it. */
function* walk(value: unknown, way = "#"): Generator<readonly [string, unknown]> {
  yield [way, value];
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* walk(inner, `${way}/${name}`);
}

/** What banks, gateways and users' browsers ask. */
const OF_GATEWAYS = [
  "get /update_balance/{topUpId}/3ds",
  "get /update_balance/{topUpId}/donus",
  "post /update_balance/{topUpId}/donus",
  "post /webhook/{gateway}/{filo}",
];

Deno.test("openApiDocument() has every endpoint, what gateways ask, and itself", () => {
  const wanted = ENDPOINTS.map(({ definition: { method, path } }) => `${method} ${path}`);
  const listed = Object.entries<Json>(DOCUMENT.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`)
  );
  assertEquals(listed.toSorted(), [...wanted, ...OF_GATEWAYS, "get /openapi.json"].toSorted());
  assertEquals(DOCUMENT.openapi, "3.1.0");
});

Deno.test("openApiDocument() names each operation once", () => {
  const names = OPERATIONS.map(({ operationId }) => operationId);
  assertEquals(names.toSorted(), [...new Set(names)].toSorted());
});

Deno.test("openApiDocument() holds neither null nor undefined", () => {
  const absent = [...walk(openApiDocument(ENDPOINTS))].filter(([, value]) =>
    value === null || value === undefined
  );
  assertEquals(absent.map(([way]) => way), []);
});

Deno.test("openApiDocument() refers only to what it has", () => {
  const references = [...walk(DOCUMENT)].filter(([way]) => way.endsWith("/$ref"));
  const dangling = references.filter(([, reference]) => {
    const names = String(reference).split("/").slice(1);
    return names.reduce<Json>((value, name) => value?.[name], DOCUMENT) === undefined;
  });
  assert(references.length > 0);
  assertEquals(dangling, []);
});

Deno.test("openApiText() stays below 200 KB, because every byte is copied for whoever asks", () => {
  assertLess(new TextEncoder().encode(openApiText(ENDPOINTS)).length, 200_000);
});

Deno.test("openApiDocument() writes no refusal, parameter or body twice", () => {
  const operations = [DOCUMENT.paths, DOCUMENT.webhooks]
    .flatMap((items) => Object.values<Json>(items)).flatMap((item) => Object.values<Json>(item));
  const { parameters, requestBodies, responses } = DOCUMENT.components;
  const parts = [
    ...[parameters, requestBodies, responses].flatMap((shared) => Object.values<Json>(shared)),
    ...operations.flatMap((operation) => [
      ...operation.parameters,
      ...(operation.requestBody ? [operation.requestBody] : []),
      ...Object.entries<Json>(operation.responses)
        .filter(([status]) => !/^[23]/.test(status)).map(([, response]) => response),
    ]),
  ];
  const texts = parts.filter(({ $ref }) => $ref === undefined).map((part) => JSON.stringify(part));
  assertGreater(texts.length, 100);
  assertEquals(texts.filter((text, index) => texts.indexOf(text) < index), []);
});

Deno.test("openApiDocument() names what operations share as OpenAPI allows", () => {
  for (const shared of Object.values<Json>(DOCUMENT.components)) {
    for (const name of Object.keys(shared)) assertMatch(name, /^[a-zA-Z0-9._-]+$/);
  }
});

Deno.test("openApiDocument() declares every tag and security scheme that it uses", () => {
  const tags = DOCUMENT.tags.map(({ name }: Json) => name);
  const schemes = Object.keys(DOCUMENT.components.securitySchemes);
  for (const { tags: used, security } of OPERATIONS) {
    assertEquals(used.filter((tag: string) => !tags.includes(tag)), []);
    const names = security.flatMap((requirement: Json) => Object.keys(requirement));
    assertEquals(names.filter((name: string) => !schemes.includes(name)), []);
  }
});

Deno.test("openApiDocument() names each parameter once a place, and every one of the path", () => {
  for (const [path, item] of Object.entries<Json>(DOCUMENT.paths)) {
    for (const operation of Object.values<Json>(item)) {
      const { operationId, parameters } = resolveOperation(DOCUMENT, operation);
      const places = parameters.map((parameter: Json) => `${parameter.in}:${parameter.name}`);
      assertEquals(places.toSorted(), [...new Set(places)].toSorted(), operationId);
      const inPath = parameters.filter((parameter: Json) => parameter.in === "path");
      assertEquals(
        inPath.map(({ name, required }: Json) => [`{${name}}`, required]),
        [...path.matchAll(/\{\w+\}/g)].map(([name]) => [name, true]),
      );
    }
  }
});

Deno.test("openApiDocument() gives money and limits one type each", () => {
  const unions = [...walk(DOCUMENT)].filter(([way, value]) =>
    /\/(anyOf|oneOf|allOf)$/.test(way) && !way.endsWith("/selectedCard/anyOf") &&
    Array.isArray(value)
  );
  assertEquals(unions, []);
  const { amount: asked } = DOCUMENT.components.schemas.PayRequest.properties;
  const amount = resolve(DOCUMENT, asked);
  const { balance } = DOCUMENT.components.schemas.CreateUserRequest.properties;
  for (const { type, pattern, example } of [amount, balance]) {
    assertEquals(type, "string");
    assertMatch(example, new RegExp(pattern));
    for (const wrong of ["", "1,5", "1.005", "-1", "1e3", "01"]) {
      assertFalse(new RegExp(pattern).test(wrong), wrong);
    }
  }
  const [limit] = resolveOperation(DOCUMENT, DOCUMENT.paths["/islemler"].get).parameters
    .filter(({ name }: Json) => name === "limit");
  const { type, minimum, maximum } = limit.schema;
  assertEquals([type, minimum, maximum], ["integer", 1, 100]);
});

Deno.test("openApiDocument() holds no bound that is only the largest number of JavaScript", () => {
  const absurd = [...walk(DOCUMENT)].filter(([, value]) =>
    typeof value === "number" && Math.abs(value) > 1_000_000
  );
  assertEquals(absurd, []);
  const { minimum, maximum } = DOCUMENT.components.schemas.Problem.properties.status;
  assertEquals([minimum, maximum], [400, 599]);
});

Deno.test("openApiDocument() names the schema of every answer, one for all problems", () => {
  const names = new Set<string>();
  for (const { operationId, responses } of OPERATIONS) {
    for (const [status, { content = {} }] of Object.entries<Json>(responses)) {
      for (const [type, { schema }] of Object.entries<Json>(content)) {
        // Whoever looks at a page is no program.
        const isProblem = Number(status) >= 400 && type !== "text/html";
        assertEquals(Object.keys(schema), ["$ref"], `${operationId} ${status}`);
        assertEquals(schema.$ref === "#/components/schemas/Problem", isProblem);
        assertEquals(type === "application/problem+json", isProblem);
        names.add(schema.$ref.split("/").at(-1));
      }
    }
  }
  assertEquals([...names].toSorted(), [
    "Account",
    "AccountStatus",
    "Adjustment",
    "AuditList",
    "Balance",
    "CardList",
    "CardRefund",
    "DayEnd",
    "EntryList",
    "EventList",
    "File",
    "FleetEntryList",
    "Health",
    "Hold",
    "HoldState",
    "Home",
    "Liveness",
    "Message",
    "NamedKeyList",
    "NewNamedKey",
    "OneTimeCode",
    "OpenApiDocument",
    "Page",
    "Payment",
    "PaymentState",
    "Problem",
    "Refund",
    "RepeatedEvent",
    "RevokedKey",
    "SavedCard",
    "Session",
    "SessionsEnded",
    "TopUp",
    "User",
    "UserData",
    "UserList",
  ]);
});

Deno.test("openApiDocument() takes an Idempotency-Key where anything changes, and nowhere else", () => {
  const taking = OPERATIONS.filter(({ parameters }) =>
    parameters.includes(DOCUMENT.components.parameters["Idempotency-Key"])
  );
  assertEquals(taking.map(({ operationId }) => operationId).toSorted(), [
    "adjust_balance",
    "capture_hold",
    "card_refund",
    "change_auth_code",
    "change_user",
    "close_account",
    "create_key",
    "create_user",
    "end_sessions",
    "erase_user",
    "freeze_account",
    "pay",
    "place_hold",
    "refund",
    "release_hold",
    "remove_card",
    "repeat_event",
    "revoke_key",
    "save_card",
    "select_card",
    "top_up",
    "unfreeze_account",
  ]);
});

Deno.test("openApiDocument() lists the errors of each endpoint under their status", () => {
  for (const endpoint of ENDPOINTS) {
    const { path, method, operation, conflicts = [] } = endpoint.definition;
    const { responses } = resolveOperation(DOCUMENT, DOCUMENT.paths[path][method]);
    const listed = Object.entries<Json>(responses).flatMap(([status, { content, description }]) => {
      const codes: Json = Object.keys(content?.["application/problem+json"]?.examples ?? {});
      if (Number(status) >= 400) {
        assertEquals(description, codes.map((code: string) => `\`${code}\``).join(", "));
      }
      return codes.map((code: ProblemCode) => {
        const expected = conflicts.includes(code) ? 409 : PROBLEMS[code].status;
        assertEquals(Number(status), expected, operation);
        return code;
      });
    });
    assertEquals(listed.toSorted(), [...listProblemCodes(endpoint)].toSorted(), operation);
  }
});

Deno.test("openApiDocument() has every error of the table", () => {
  const codes = Object.keys(PROBLEMS);
  assertEquals(DOCUMENT.components.schemas.Problem.properties.code.enum, codes);
  assertEquals(Object.keys(DOCUMENT.components.examples), codes);
  const listed = new Set(ENDPOINTS.flatMap(listProblemCodes));
  const ofNoEndpoint = codes.filter((code) => !listed.has(code as ProblemCode));
  assertEquals(ofNoEndpoint, ["not_found", "method_not_allowed"]);
});

Deno.test("openApiDocument() shows errors with every gap in their texts filled", () => {
  const examples = Object.entries<Json>(DOCUMENT.components.examples);
  assertGreater(examples.length, 30);
  for (const [code, { summary, value }] of examples) {
    assertEquals(summary, PROBLEM_TEXTS[code as ProblemCode].en.title);
    const { detail = "There is none." } = value;
    assertEquals(/[{}[\]]|undefined|: \.| {2}/.test(detail), false, `${code}: ${detail}`);
    assertEquals([value.code, value.type], [code, `urn:kese:problem:${code}`]);
  }
});

Deno.test("openApiDocument() documents Retry-After and the replay where they are sent", () => {
  for (const { operationId, responses } of OPERATIONS) {
    for (const [status, { headers }] of Object.entries<Json>(responses)) {
      assert("X-Request-Id" in headers, operationId);
      if (status === "429") assert("Retry-After" in headers && "RateLimit" in headers, operationId);
    }
  }
  const { responses } = resolveOperation(DOCUMENT, DOCUMENT.paths["/update_balance"].post);
  for (const status of ["201", "202", "402"]) {
    assert("Idempotent-Replayed" in responses[status].headers, status);
  }
});

Deno.test("GET /openapi.json answers with the document, its tag and a request id", async () => {
  await using kese = await openTestKese();
  const answer = await send(kese, "GET /openapi.json", { bearer: null, filo: null });
  const again = await send(kese, "GET /openapi.json", { headers: { "x-request-id": "mine" } });
  assertEquals(answer.status, 200);
  assertEquals(answer.body, DOCUMENT);
  assertEquals(again.text, answer.text);
  assertEquals(again.headers.get("x-request-id"), "mine");
  assertMatch(answer.headers.get("etag") ?? "", /^"[\w-]{43,}=?"$/);
  assertEquals(again.headers.get("etag"), answer.headers.get("etag"));
  assertEquals(answer.headers.get("cache-control"), "no-cache");
});

Deno.test("GET /openapi.json answers 304 without a body to whoever has the document", async () => {
  await using kese = await openTestKese();
  const ask = (ifNoneMatch: string) =>
    send(kese, "GET /openapi.json", { headers: { "if-none-match": ifNoneMatch } });
  const [first, ...others] = await Promise.all(['"other"', "*", 'W/"other"'].map(ask));
  const etag = first?.headers.get("etag") ?? "";
  assertEquals([first, ...others].map((answer) => answer?.status), [200, 304, 200]);
  const same = await ask(`"other", W/${etag}`);
  assertEquals([same.status, same.text], [304, ""]);
  const kept = ["etag", "cache-control", "content-type"].map((name) => same.headers.get(name));
  assertEquals(kept, [etag, "no-cache", null]);
  assert(same.headers.has("x-request-id"));
});

Deno.test("GET /openapi.json writes the document once for all who ask", async () => {
  await using kese = await openTestKese();
  const digest = crypto.subtle.digest;
  let digests = 0;
  crypto.subtle.digest = (...given) => {
    digests++;
    return digest.apply(crypto.subtle, given);
  };
  try {
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await send(kese, "GET /openapi.json")).status),
    );
    assertEquals(new Set(statuses), new Set([200]));
  } finally {
    crypto.subtle.digest = digest;
  }
  assertEquals(digests, 1);
});
