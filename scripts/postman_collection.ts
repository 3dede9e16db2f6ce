/**
 * Writes `docs/kese.postman_collection.json` (Postman Collection 2.1) from the endpoints:
 *
 *     deno run --allow-all scripts/postman_collection.ts
 *
 * @module
 */

import { z } from "zod";
import type { Definition, Endpoint } from "../routes/http/endpoint.ts";
import { takesIdempotencyKey } from "../routes/openapi/problem_codes.ts";
import { readEndpoints } from "./endpoints.ts";
import { type ExampleRequest, FOLDERS, VARIABLES } from "./postman_requests.ts";
import { describeInTurkish } from "./operations_in_turkish.ts";

export const COLLECTION_FILE = new URL("../docs/kese.postman_collection.json", import.meta.url);

const SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
const ABOUT =
  "Baştan sona çalıştırılabilir: `npx -y deno@2.9.6 task dev` çalışırken Run'a basın. Değişkenler geliştirme filosunu gösterir.";

/** Makes the collection. Throws if an endpoint has no request in it. */
function createCollection(endpoints: readonly Endpoint[]): object {
  const shown = FOLDERS.flatMap(({ requests }) => requests.map(({ operation }) => operation));
  const missing = endpoints.map(({ definition }) => definition.operation)
    .filter((operation) => !shown.includes(operation));
  if (missing.length > 0) {
    throw new Error(`Cannot make the collection: postman_requests.ts lacks ${missing.join(", ")}`);
  }
  return {
    info: { name: "Kese", description: ABOUT, schema: SCHEMA },
    variable: Object.entries(VARIABLES).map(([key, value]) => ({ key, value })),
    item: [
      ...FOLDERS.map(({ name, requests }) => ({
        name,
        item: requests.map((example) => toItem(example, endpoints)),
      })),
      DOCUMENT,
    ],
  };
}

// Not an endpoint itself, because it is made from the endpoints.
const DOCUMENT = {
  name: "OpenAPI belgesi",
  request: { method: "GET", header: [], url: "{{baseUrl}}/openapi.json" },
};

/** Makes one request from its endpoint's definition. */
function toItem(example: ExampleRequest, endpoints: readonly Endpoint[]): object {
  const { name, note, operation } = example;
  const endpoint = endpoints.find(({ definition }) => definition.operation === operation);
  if (endpoint === undefined) {
    throw new Error(`Cannot make the collection: there is no ${operation}`);
  }
  const { method, path } = endpoint.definition;
  const values = toExamples(example, endpoint.definition);
  return {
    name,
    event: [
      ...(example.makes ? [toEvent("prerequest", toAssignments(example.makes))] : []),
      toEvent("test", toTestScript(example, endpoint.definition)),
    ],
    request: {
      method: method.toUpperCase(),
      header: toHeaders(example, { values, isCommand: takesIdempotencyKey(endpoint) }),
      ...(example.place === "body" && { body: toBody(values) }),
      url: toUrl(path, (example.place ?? "query") === "query" ? values : []),
      description: [describeInTurkish(operation), note].filter(Boolean).join(" "),
    },
  };
}

/** A parameter with the value that the collection shows for it. */
interface Example {
  readonly name: string;
  readonly value: unknown;
  /** Whether it is shown but switched off, because it is optional. */
  readonly isOff: boolean;
}

/** Makes an example of every parameter that is not in the path. */
function toExamples({ values = {} }: ExampleRequest, definition: Definition): readonly Example[] {
  const free = Object.entries(definition.parameters.shape as Record<string, z.ZodType>)
    .filter(([name]) => !definition.path.includes(`{${name}}`));
  return free.map(([name, field]) => {
    const isOptional = field.safeParse(undefined).success;
    const value = values[name] ?? (name in VARIABLES ? `{{${name}}}` : readExample(field) ?? "");
    return { name, value, isOff: isOptional && !(name in values) };
  });
}

function readExample(field: z.ZodType): unknown {
  const inner = field instanceof z.ZodOptional ? field.unwrap() as z.ZodType : field;
  return field.meta()?.example ?? inner.meta()?.example;
}

interface Header {
  readonly key: string;
  readonly value: string;
  readonly disabled?: true;
}

function toHeaders(
  { bearer = "fleetKey", place }: ExampleRequest,
  { values, isCommand }: { readonly values: readonly Example[]; readonly isCommand: boolean },
): Header[] {
  const own = place === "headers"
    ? values.map(({ name, value }) => ({ key: name, value: String(value) }))
    : [];
  return [
    ...(bearer === "fleetKey" ? [{ key: "Filo", value: "{{fleet}}" }] : []),
    ...(bearer === null ? [] : [{ key: "Authorization", value: `Bearer {{${bearer}}}` }]),
    ...own,
    ...(isCommand ? [{ key: "Idempotency-Key", value: "{{$guid}}" }] : []),
    ...(place === "body" ? [{ key: "Content-Type", value: "application/json" }] : []),
    { key: "Accept-Language", value: "en", disabled: true },
  ];
}

function toBody(values: readonly Example[]): object {
  const sent = values.filter(({ isOff }) => !isOff).map(({ name, value }) => [name, value]);
  return {
    mode: "raw",
    raw: JSON.stringify(Object.fromEntries(sent), null, 2),
    options: { raw: { language: "json" } },
  };
}

function toUrl(path: string, values: readonly Example[]): object {
  const resolved = path.replaceAll(/\{(\w+)\}/g, "{{$1}}");
  const sent = values.filter(({ isOff }) => !isOff);
  const search = sent.map(({ name, value }) => `${name}=${value}`).join("&");
  return {
    raw: `{{baseUrl}}${resolved}${search && `?${search}`}`,
    host: ["{{baseUrl}}"],
    path: resolved.split("/").slice(1),
    query: values.map(({ name, value, isOff }) => ({
      key: name,
      value: String(value),
      ...(isOff && { disabled: true }),
    })),
  };
}

function toEvent(listen: "prerequest" | "test", exec: readonly string[]): object {
  return { listen, script: { type: "text/javascript", exec } };
}

/** Checks the status and keeps what later requests need. */
function toTestScript(
  { keeps = {}, mayAlsoAnswer = [] }: ExampleRequest,
  { answers }: Definition,
): readonly string[] {
  const right = [...Object.keys(answers), ...mayAlsoAnswer].join(", ");
  const kept = toAssignments(keeps);
  return [
    `pm.test("${right}", () => pm.expect(pm.response.code).to.be.oneOf([${right}]));`,
    ...(kept.length > 0 ? ["const body = pm.response.json();", ...kept] : []),
  ];
}

function toAssignments(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([name, value]) =>
    `pm.collectionVariables.set("${name}", ${value});`
  );
}

/** Writes the text of the file. */
export function writeCollection(endpoints: readonly Endpoint[]): string {
  return `${JSON.stringify(createCollection(endpoints), null, 2)}\n`;
}

if (import.meta.main) {
  await Deno.writeTextFile(COLLECTION_FILE, writeCollection(await readEndpoints()));
}
