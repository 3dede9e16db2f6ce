import { z } from "zod";
import type { Definition, Endpoint } from "../http/endpoint.ts";
import {
  type HEADER_PARAMETERS,
  referToComponent,
  referToHeaders,
  type Route,
} from "./components.ts";
import { COMMON_HEADERS, toProblemResponses } from "./problems.ts";
import { KEPT_OUT_OF_URLS } from "../http/parameters.ts";
import { isAccountCommand, listProblemCodes, takesIdempotencyKey } from "./problem_codes.ts";

/** An endpoint as OpenAPI describes it. */
export function toRoute(endpoint: Endpoint): Route {
  const { definition } = endpoint;
  const { method, path, operation, scope, summary, tag } = definition;
  const mayReplay = isAccountCommand(endpoint);
  return {
    method,
    path,
    operationId: operation,
    tags: [tag],
    summary,
    description: describe(endpoint),
    ...(scope && { "x-scope": scope }),
    security: listSecurity(endpoint),
    parameters: listHeaderNames(endpoint).map((name) => referToComponent("parameters", name)),
    request: toRequest(definition),
    responses: {
      ...toSuccessResponses(definition, mayReplay),
      ...toProblemResponses(listProblemCodes(endpoint), { ...definition, mayReplay }),
    },
  };
}

const ACCESS: Readonly<Record<Endpoint["access"], string>> = {
  fleet: "For the fleet.",
  fleet_or_session: "For the fleet and for the user's own session.",
  whole_fleet: "For the fleet.",
  session: "For whoever is signed in.",
  public: "For anyone.",
};

function describe(endpoint: Endpoint): string {
  const { access, definition } = endpoint;
  const mayMeanItsOwn = access === "fleet_or_session" && "userNo" in pickFreeFields(definition);
  return [
    ACCESS[access],
    ...(definition.scope ? [`A named key needs the scope \`${definition.scope}\`.`] : []),
    ...(mayMeanItsOwn ? ["A session may leave out `userNo`: it means the user's own."] : []),
    ...describeOtherPlaces(definition),
  ].join("\n\n");
}

/** Where parameters may stand as well, if it is not as the document says of all operations. */
function describeOtherPlaces(definition: Definition): readonly string[] {
  const { headerParameters = [] } = definition;
  switch (choosePlace(definition)) {
    case "headers":
      return ["The parameters may also stand in the query string or in a JSON body."];
    case "body": {
      const kept = Object.keys(pickFreeFields(definition)).filter((name) =>
        KEPT_OUT_OF_URLS.has(name)
      );
      return [
        ...(kept.length > 0
          ? [`${kept.map(quote).join(", ")} may not stand in the query string.`]
          : []),
        ...(headerParameters.length > 0
          ? [`${headerParameters.map(quote).join(" and ")} may also be headers of that name.`]
          : []),
      ];
    }
    default:
      return [];
  }
}

function quote(name: string): string {
  return `\`${name}\``;
}

function listSecurity({ access, definition: { bearer } }: Endpoint): Record<string, string[]>[] {
  if (bearer === "one_time_code") return [{ oneTimeCode: [] }];
  if (bearer === "optional_fleet_key") return [{}, { fleetKey: [] }];
  if (access === "public") return [];
  if (access === "session") return [{ session: [] }];
  return access === "fleet_or_session" ? [{ fleetKey: [] }, { session: [] }] : [{ fleetKey: [] }];
}

function listHeaderNames(endpoint: Endpoint): (keyof typeof HEADER_PARAMETERS)[] {
  const isOfFleet = endpoint.access !== "public" && endpoint.access !== "session";
  return [
    ...(isOfFleet ? ["Filo" as const] : []),
    ...(takesIdempotencyKey(endpoint) ? ["Idempotency-Key" as const] : []),
    "Accept-Language",
    "X-Request-Id",
  ];
}

type Shape = Record<string, z.ZodType>;

/**
 * The one place where the parameters of a route that are not in its path are documented: generators
 * make one class of them, with what is required. All in headers where they can be.
 */
function choosePlace(definition: Definition): "query" | "body" | "headers" | undefined {
  const names = Object.keys(pickFreeFields(definition));
  const { headerParameters = [], method } = definition;
  if (names.length === 0) return undefined;
  if (names.every((name) => headerParameters.includes(name))) return "headers";
  // A body of a DELETE has no meaning that everything on the way knows (RFC 9110, section 9.3.5).
  return method === "get" || method === "delete" ? "query" : "body";
}

function toRequest(definition: Definition): NonNullable<Route["request"]> {
  const { operation, path } = definition;
  const shape = definition.parameters.shape as Shape;
  const inPath = pick(shape, (name) => path.includes(`{${name}}`));
  const params = Object.keys(inPath).length > 0 ? { params: z.object(inPath) } : {};
  const free = pickFreeFields(definition);
  switch (choosePlace(definition)) {
    case undefined:
      return params;
    case "query":
      return { ...params, query: z.object(free) };
    case "headers":
      return { ...params, headers: z.object(free) };
    case "body": {
      const schema = z.strictObject(free).meta({ id: toRequestName(operation) });
      return { ...params, body: { required: true, content: { "application/json": { schema } } } };
    }
  }
}

/** `create_user` as `CreateUserRequest`. */
function toRequestName(operation: string): string {
  return `_${operation}_request`.replaceAll(/_(\w)/g, (_whole, letter) => letter.toUpperCase());
}

/** The parameters that are not part of the path. */
function pickFreeFields({ path, parameters }: Definition): Shape {
  return pick(parameters.shape as Shape, (name) => !path.includes(`{${name}}`));
}

function pick(shape: Shape, isWanted: (name: string, field: z.ZodType) => boolean): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([name, field]) => isWanted(name, field)));
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: "What was asked for.",
  201: "It is done.",
  202: "It has begun, and its outcome is not known yet.",
  204: "It is done; there is nothing to show.",
};

const FILE = z.string().meta({ id: "File", description: "Lines of text, however many." });

function toSuccessResponses(
  { answers, streams = [] }: Definition,
  mayReplay: boolean,
): Route["responses"] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => {
      const description = STATUS_TEXTS[Number(status)] ?? "Success.";
      if (schema === null) {
        return [status, {
          description,
          headers: referToHeaders(["X-Request-Id", "Cache-Control"]),
        }];
      }
      const headers = referToHeaders([
        ...COMMON_HEADERS,
        ...(mayReplay ? ["Idempotent-Replayed" as const] : []),
      ]);
      const texts = streams.map((type) => [type, { schema: FILE }] as const);
      const content = { "application/json": { schema }, ...Object.fromEntries(texts) };
      return [status, { description, headers, content }];
    }),
  );
}
