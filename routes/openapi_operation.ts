import { z } from "zod";
import type { Definition, Endpoint } from "./endpoint.ts";
import {
  componentRef,
  type HEADER_PARAMETERS,
  headerRefs,
  type Route,
} from "./openapi_components.ts";
import { COMMON_HEADERS, problemResponses } from "./openapi_problems.ts";
import { isAccountCommand, problemCodesOf } from "./problem_codes.ts";

/** An endpoint as OpenAPI describes it. */
export function toRoute(endpoint: Endpoint): Route {
  const { definition } = endpoint;
  const { method, path, operation, summary, tag } = definition;
  const mayReplay = isAccountCommand(endpoint);
  return {
    method,
    path,
    operationId: operation,
    tags: [tag],
    summary,
    description: describe(endpoint),
    security: security(endpoint),
    parameters: headerNames(endpoint).map((name) => componentRef("parameters", name)),
    request: request(definition),
    responses: {
      ...successResponses(definition, mayReplay),
      ...problemResponses(problemCodesOf(endpoint), { mayReplay }),
    },
  };
}

const ACCESS: Readonly<Record<Endpoint["access"], string>> = {
  fleet: "For the fleet: fleet key and header `Filo`.",
  fleet_or_session: "For the fleet (fleet key and header `Filo`) and for the user's own session.",
  session: "For whoever is signed in.",
  public: "For anyone.",
};

function describe({ access, definition }: Endpoint): string {
  if (definition.method === "get" || Object.keys(freeFields(definition)).length === 0) {
    return ACCESS[access];
  }
  return `${ACCESS[access]}\n\n${placesOf(definition)}`;
}

/** Where the parameters of a command may stand, and which of them must stand somewhere. */
function placesOf(definition: Definition): string {
  const { headerParameters = [] } = definition;
  const fields = freeFields(definition);
  const isRequired = (name: string) => !fields[name]?.safeParse(undefined).success;
  const required = Object.keys(fields).filter(isRequired);
  const optional = Object.keys(fields).filter((name) => !isRequired(name));
  const places = headerParameters.length > 0
    ? `in the query string, in the JSON body or (${headerParameters.join(", ")}) as a header`
    : "in the query string or in the JSON body";
  return `Each parameter stands ${places}, in one of them only. Required: ${required.join(", ")}.` +
    (optional.length > 0 ? ` Optional: ${optional.join(", ")}.` : "");
}

function security({ access, definition: { bearer } }: Endpoint): Record<string, string[]>[] {
  if (bearer === "one_time_code") return [{ oneTimeCode: [] }];
  if (bearer === "optional_fleet_key") return [{}, { fleetKey: [] }];
  if (access === "public") return [];
  if (access === "session") return [{ session: [] }];
  return access === "fleet" ? [{ fleetKey: [] }] : [{ fleetKey: [] }, { session: [] }];
}

function headerNames(endpoint: Endpoint): (keyof typeof HEADER_PARAMETERS)[] {
  const isOfAccount = endpoint.access === "fleet" || endpoint.access === "fleet_or_session";
  return [
    ...(isOfAccount ? ["Filo" as const] : []),
    ...(isAccountCommand(endpoint) ? ["Idempotency-Key" as const] : []),
    "Accept-Language",
    "X-Request-Id",
  ];
}

type Shape = Record<string, z.ZodType>;

/** Where the parameters of a route may stand. */
function request(definition: Definition): NonNullable<Route["request"]> {
  const { method, path, headerParameters = [] } = definition;
  const shape = definition.parameters.shape as Shape;
  const inPath = only(shape, (name) => path.includes(`{${name}}`));
  const free = freeFields(definition);
  const params = Object.keys(inPath).length > 0 ? { params: z.object(inPath) } : {};
  if (Object.keys(free).length === 0) return params;
  if (method === "get") return { ...params, query: z.object(free) };
  const body = z.object(free).partial();
  // A list has no form in a query string.
  const query = z.object(only(free, (_name, field) => !isList(field))).partial();
  const headers = z.object(only(free, (name) => headerParameters.includes(name))).partial();
  return {
    ...params,
    query,
    ...(headerParameters.length > 0 && { headers }),
    body: {
      required: false,
      description: placesOf(definition),
      content: { "application/json": { schema: body } },
    },
  };
}

/** The parameters that are not part of the path. */
function freeFields({ path, parameters }: Definition): Shape {
  return only(parameters.shape as Shape, (name) => !path.includes(`{${name}}`));
}

function only(shape: Shape, isWanted: (name: string, field: z.ZodType) => boolean): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([name, field]) => isWanted(name, field)));
}

function isList(field: z.ZodType): boolean {
  return field instanceof z.ZodOptional
    ? isList(field.unwrap() as z.ZodType)
    : field instanceof z.ZodArray;
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: "What was asked for.",
  201: "It is done.",
  202: "It has begun, and its outcome is not known yet.",
  204: "It is done; there is nothing to show.",
};

function successResponses({ answers }: Definition, mayReplay: boolean): Route["responses"] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => {
      const description = STATUS_TEXTS[Number(status)] ?? "Success.";
      if (schema === null) {
        return [status, { description, headers: headerRefs(["X-Request-Id", "Cache-Control"]) }];
      }
      const headers = headerRefs([
        ...COMMON_HEADERS,
        ...(mayReplay ? ["Idempotent-Replayed" as const] : []),
      ]);
      return [status, { description, headers, content: { "application/json": { schema } } }];
    }),
  );
}
