import type { components } from "../schema.d.ts";
/** What Kese answers when it refuses (RFC 9457). */
export type Problem = components["schemas"]["Problem"];
/** Every code that a refusal can have. Match it, and never the texts. */
export type ProblemCode = Problem["code"];
/** A refusal, as {@linkcode orThrow} throws it. */
export declare class KeseError extends Error {
    readonly name: string;
    /** Undefined if something between here and Kese has answered in its place. */
    readonly code: ProblemCode | undefined;
    readonly status: number;
    readonly problem: Problem | undefined;
    constructor(status: number, problem: Problem | undefined);
}
/** What a call of the client gives. */
interface Result<Data> {
    readonly data?: Data;
    readonly error?: unknown;
    readonly response: Response;
}
/** Gives the answer of a call, or throws its refusal as a {@linkcode KeseError}. */
export declare function orThrow<Data>({ data, error, response }: Result<Data>): Data;
export {};
