import type { z } from "zod";
import type { AccountId } from "../../domain/account.ts";
import type { Caller, KeyId, Scope } from "../../domain/auth.ts";
import type { Command } from "../../domain/decision.ts";
import type { Language } from "../../domain/idempotency.ts";
import type { MessageName } from "../contract/messages.ts";
import type { FirstAnswer } from "../contract/replayed.ts";
import type { Parameters } from "./parameters.ts";
import type { Problem, ProblemCode } from "../contract/problems.ts";

/** Answers by status; null is one without a body. */
export type Answers = Readonly<Record<number, z.ZodObject | null>>;

/** The contract of one route. Requests are checked against it, and the documentation is made from it. */
export interface Definition<
  Fields extends z.ZodObject = z.ZodObject,
  Served extends Answers = Answers,
> {
  readonly method: "get" | "post" | "put" | "delete";
  /** As OpenAPI writes it: `/payments/{paymentId}`. */
  readonly path: string;
  /** Its name in documentation and audit, and in the scope of idempotency keys. */
  readonly operation: string;
  /** What a key of the fleet must be allowed; a session needs none of it. */
  readonly scope?: Scope;
  readonly summary: string;
  readonly tag: string;
  readonly parameters: Fields;
  readonly answers: Served;
  /** In which other forms than JSON a 200 can be had, by `Accept`. */
  readonly streams?: readonly string[];
  /** In addition to those that every route of its kind can answer with. */
  readonly problems: readonly ProblemCode[];
  /** Which of them this route answers with 409, because what it is asked for is already so. */
  readonly conflicts?: readonly ProblemCode[];
  /** Parameters that may also come as headers of their name. */
  readonly headerParameters?: readonly string[];
  /**
   * Not part of what a repeated request is compared by, because an entry must not hold a fast hash of
   * something that can be guessed. A repeat with another secret gets the first answer and changes
   * nothing.
   */
  readonly secretParameters?: readonly string[];
  /** Parameters that may stand in a URL although they are personal. */
  readonly inUrl?: readonly string[];
  /** Of a public endpoint: what its handler takes from `Authorization`. */
  readonly bearer?: "optional_fleet_key" | "one_time_code";
  /** False for what is called every few seconds and concerns no user. */
  readonly audited?: boolean;
  /**
   * The answer when the store fails in the middle. `busy` by default, because what can be left behind
   * then matters to nobody: a count, or a code, session or sealed card that nothing refers to. An
   * endpoint whose request cannot be repeated says `outcome_unknown`.
   */
  readonly whenStoreFails?: "busy" | "outcome_unknown";
  /** Answered under any load, because its caller asks about the load. */
  readonly alwaysServed?: boolean;
  /** Names every invalid field under `validation_failed`, missing ones included. */
  readonly listsInvalidFields?: boolean;
}

/** What every handler is given. */
export interface RequestFacts {
  readonly requestId: string;
  readonly at: number;
  readonly language: Language;
  readonly headers: Headers;
  /** The address at the other end, or the one that a trusted proxy saw. */
  readonly peer: () => string;
}

/** What every command of a request begins with. */
export type RequestCommand = Omit<Command, "entryId">;

/** What is learnt about a request on its way, for the audit. */
export interface Trace {
  who: "fleet" | "session" | "anonymous";
  filo: string | null;
  userNo: string | null;
  /** The named key that it came with. */
  key?: KeyId;
  /** The names of the personal data that were changed, and never their values. */
  fields?: string;
}

/** A request for one account, by someone who may act for it. */
export interface AccountRequest<Parameters> extends RequestFacts {
  readonly account: AccountId;
  readonly caller: Caller;
  readonly parameters: Parameters;
  readonly command: RequestCommand;
  readonly trace: Trace;
}

/** A request about a whole fleet, by that fleet. */
export interface FleetRequest<Parameters> extends RequestFacts {
  readonly filo: string;
  readonly caller: Extract<Caller, { kind: "fleet" }>;
  readonly parameters: Parameters;
  readonly command: RequestCommand;
  readonly trace: Trace;
}

/** A request that anyone may send; its handler finds out who it is about. */
interface PublicRequest<Parameters> extends RequestFacts {
  readonly parameters: Parameters;
  readonly trace: Trace;
}

/** A request by someone who is signed in. */
interface SessionRequest<Parameters> extends RequestFacts {
  readonly parameters: Parameters;
  readonly caller: SessionCaller;
}

/** A success, in the shape that the definition has for its status. */
export interface Success<Status extends number, Schema extends z.ZodObject | null> {
  readonly status: Status;
  readonly body: Schema extends z.ZodObject ? Omit<z.output<Schema>, "message"> : null;
  readonly message?: MessageName;
  /** Set when an earlier request had this effect: the answer speaks the language of the first. */
  readonly replayed?: FirstAnswer;
}

/** A success whose `entries` may be too many for memory: they are written page by page. */
interface StreamedSuccess<Status extends number, Schema extends z.ZodObject> {
  readonly status: Status;
  readonly body: Omit<z.output<Schema>, "message" | "entries">;
  readonly message: MessageName;
  readonly entries: AsyncIterable<readonly unknown[]>;
}

/** A success in another form than JSON, however long: it is written piece by piece. */
export interface TextStream {
  readonly status: 200;
  /** One of those that the definition names. */
  readonly mediaType: string;
  readonly fileName: string;
  readonly pieces: AsyncGenerator<string>;
  /** Called once when no further piece will be asked for, even if none ever was. */
  readonly end: () => void;
}

type SuccessOf<Status extends number, Schema extends z.ZodObject | null> =
  | Success<Status, Schema>
  | (Schema extends z.ZodObject
    ? "entries" extends keyof z.output<Schema> ? StreamedSuccess<Status, Schema> : never
    : never);

export type Reply<Served extends Answers> =
  | { [Status in keyof Served & number]: SuccessOf<Status, Served[Status]> }[keyof Served & number]
  | Problem;

/** A definition with its handler, as it is run. The parameters have passed the definition's schema. */
export type Endpoint =
  | EndpointWith<"fleet" | "fleet_or_session", AccountRequest<Parameters>>
  | EndpointWith<"whole_fleet", FleetRequest<Parameters>>
  | EndpointWith<"session", SessionRequest<Parameters>>
  | EndpointWith<"public", PublicRequest<Parameters>>;

interface EndpointWith<Access, Request> {
  readonly access: Access;
  readonly definition: Definition;
  readonly handle: (request: Request) => Promise<AnyReply>;
}

type SessionCaller = Extract<Caller, { kind: "session" }>;

/** A reply whose shape was checked where its endpoint is written. */
export type AnyReply =
  | Success<number, z.ZodObject | null>
  | StreamedSuccess<number, z.ZodObject>
  | TextStream
  | Problem;

/** A definition of what a fleet may call: it says with which keys. */
type Scoped<Fields extends z.ZodObject, Served extends Answers> =
  & Definition<Fields, Served>
  & { readonly scope: Scope };

type AccountFields = z.ZodObject<{ userNo: z.ZodType<string> }>;

/** A route for one account: `access` says whether its own user may call it, or the fleet alone. */
export function defineAccountEndpoint<Fields extends AccountFields, const Served extends Answers>(
  access: "fleet" | "fleet_or_session",
  definition: Scoped<Fields, Served>,
  handle: (request: AccountRequest<z.output<Fields>>) => Promise<Reply<NoInfer<Served>>>,
): Endpoint {
  return { access, definition, handle: (request) => handle(withParameters(request)) };
}

/** A route about a whole fleet, for that fleet alone. */
export function defineFleetEndpoint<Fields extends z.ZodObject, const Served extends Answers>(
  definition: Scoped<Fields, Served>,
  handle: (
    request: FleetRequest<z.output<Fields>>,
  ) => Promise<Reply<NoInfer<Served>> | TextStream>,
): Endpoint {
  return {
    access: "whole_fleet",
    definition,
    handle: (request) => handle(withParameters(request)),
  };
}

/** A route for a user's session. */
export function defineSessionEndpoint<Fields extends z.ZodObject, const Served extends Answers>(
  definition: Definition<Fields, Served>,
  handle: (request: SessionRequest<z.output<Fields>>) => Promise<Reply<NoInfer<Served>>>,
): Endpoint {
  return { access: "session", definition, handle: (request) => handle(withParameters(request)) };
}

/** A route that needs no credentials of its own. */
export function definePublicEndpoint<Fields extends z.ZodObject, const Served extends Answers>(
  definition: Definition<Fields, Served>,
  handle: (request: PublicRequest<z.output<Fields>>) => Promise<Reply<NoInfer<Served>>>,
): Endpoint {
  return { access: "public", definition, handle: (request) => handle(withParameters(request)) };
}

/** The one place where validated parameters take on the type that their schema gives. */
function withParameters<Request, Typed extends Request>(request: Request): Typed {
  return request as Typed;
}
