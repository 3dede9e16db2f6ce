/**
 * What several operations say word for word stands once, among the components of the document: written
 * out at each of them it was half of the document, and every byte is copied for whoever asks.
 *
 * @module
 */

import { READING } from "./problem_codes.ts";

interface Reference {
  readonly $ref?: string;
}

interface Parameter extends Reference {
  readonly name?: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: { readonly description?: string };
}

/** The content of a body or of a response. */
interface Content extends Reference {
  readonly content?: Readonly<
    Record<string, { readonly schema?: Reference; readonly examples?: object }>
  >;
}

interface Operation {
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

type Operations = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** As much of an OpenAPI document as is looked at here. */
export interface PlainDocument {
  readonly paths: Operations;
  readonly webhooks: Operations;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

type Kind = "parameters" | "requestBodies" | "responses";

/** The document with references where its operations repeat each other, or themselves. */
export function shareParts(plain: PlainDocument): PlainDocument {
  const document = mapOperations(plain, ({ parameters, ...more }) => ({
    ...more,
    parameters: parameters.map(shorten),
  }));
  const repeated = findRepeated(document);
  const { components } = document;
  const shared: Record<Kind, Record<string, object>> = {
    parameters: { ...components.parameters },
    requestBodies: { ...components.requestBodies },
    responses: { ...components.responses },
  };
  function refer<Part extends Reference>(part: Part, kind: Kind, name: string): Part | Reference {
    const text = JSON.stringify(part);
    if (name === "" || !repeated.has(text)) return part;
    const first = shared[kind][name] ??= part;
    if (JSON.stringify(first) === text) return { $ref: `#/components/${kind}/${name}` };
    throw new Error(`Cannot share ${name}: two ${kind} that are repeated have this name`);
  }
  const referring = mapOperations(document, ({ parameters, requestBody, responses, ...more }) => ({
    ...more,
    parameters: parameters.map((part) => refer(part, "parameters", nameParameter(part))),
    ...(requestBody && { requestBody: refer(requestBody, "requestBodies", nameBody(requestBody)) }),
    responses: mapValues(responses, (part) => refer(part, "responses", nameResponse(part))),
  }));
  return { ...referring, components: { ...components, ...shared } };
}

/** The texts of the parts that stand more than once. */
function findRepeated({ paths, webhooks }: PlainDocument): ReadonlySet<string> {
  const operations = [paths, webhooks].flatMap((items) => Object.values(items))
    .flatMap((item) => Object.values(item));
  const texts = operations
    .flatMap(({ parameters, requestBody, responses }) => [
      ...parameters,
      ...(requestBody ? [requestBody] : []),
      ...Object.values(responses),
    ])
    .map((part) => JSON.stringify(part));
  return new Set(texts.filter((text, index) => texts.indexOf(text) < index));
}

/** What a parameter says of itself its schema need not say again, nor the parameter that it is optional. */
function shorten({ required, ...parameter }: Parameter): Parameter {
  const { description, ...schema } = parameter.schema ?? {};
  const isEcho = description !== undefined && description === parameter.description;
  return { ...parameter, ...(required && { required }), ...(isEcho && { schema }) };
}

/** `userNo`, or `userNo.optional`; nothing for a reference. */
function nameParameter({ name = "", required }: Parameter): string {
  return name === "" || required ? name : `${name}.optional`;
}

/** The name of its schema. */
function nameBody({ content = {} }: Content): string {
  const [schema] = Object.values(content).map(({ schema }) => schema?.$ref ?? "");
  return schema?.split("/").at(-1) ?? "";
}

/** The codes of its problems, those of reading together as `bad_request`; nothing if it has none. */
function nameResponse({ content }: Content): string {
  const codes = Object.keys(content?.["application/problem+json"]?.examples ?? {});
  const isOfReading = READING.every((code) => codes.includes(code));
  if (!isOfReading) return codes.join(".");
  const more = codes.filter((code) => !READING.some((ofReading) => ofReading === code));
  return ["bad_request", ...more].join(".");
}

function mapOperations(
  { paths, webhooks, ...more }: PlainDocument,
  change: (operation: Operation) => Operation,
): PlainDocument {
  return {
    ...more,
    paths: mapValues(paths, (item) => mapValues(item, change)),
    webhooks: mapValues(webhooks, (item) => mapValues(item, change)),
  };
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
