/** As much of OpenAPI as is looked at here. */
interface Response {
  readonly content?: object;
}

interface Operation {
  readonly parameters?: readonly { readonly $ref?: string }[];
  readonly responses: Readonly<Record<string, Response>>;
}

export interface ClientDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, object>> & {
    readonly responses: Readonly<Record<string, Response>>;
  };
}

/** An answer under `default` is one of any status that is not named. */
const PROBLEM = {
  description: "A refusal.",
  content: {
    "application/problem+json": {
      schema: { $ref: "#/components/schemas/Problem" },
    },
  },
};

/**
 * The document as far as types need it: the problems, which are of one shape, under one name, and no
 * examples and headers of answers. It makes a fifth of the types.
 */
export function toClientDocument(
  { paths, components, ...more }: ClientDocument,
): object {
  const { examples: _examples, headers: _headers, responses, ...kept } = components;
  // Those of webhooks, which have no content. The others are refusals.
  const ofWebhooks = Object.entries(responses).filter(([, { content }]) => content === undefined);
  return {
    ...more,
    paths: mapValues(paths, (methods) => mapValues(methods, slimDown)),
    components: { ...kept, responses: Object.fromEntries(ofWebhooks) },
  };
}

function slimDown({ responses, ...operation }: Operation): Operation {
  const successes = Object.entries(responses).filter(([status]) => /^[23]/.test(status));
  const slimmed = successes.map(([status, { content }]) =>
    [status, { description: "", ...(content && { content }) }] as const
  );
  return {
    ...operation,
    responses: { ...Object.fromEntries(slimmed), default: PROBLEM },
  };
}

/** The routes that take an Idempotency-Key, as `POST /iade`. */
export function listKeyedRoutes({ paths }: ClientDocument): readonly string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { parameters = [] }]) =>
        parameters.some(({ $ref }) => $ref === "#/components/parameters/Idempotency-Key")
      )
      .map(([method]) => `${method.toUpperCase()} ${path}`)
  );
}

function mapValues<From, To>(
  object: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, change(value)]),
  );
}
