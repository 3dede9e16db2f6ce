import type { paths } from "../schema.d.ts";
/** With a session `userNo` may be left out: it means the user's own. */
type OwnUser<Fields> = Fields extends {
    userNo: infer User;
} ? Omit<Fields, "userNo"> & {
    userNo?: User;
} : Fields;
type OwnQuery<Parameters> = Parameters extends {
    query: infer Query;
} ? Omit<Parameters, "query"> & Place<OwnUser<Query>> : Parameters;
/** A query that may be empty may be missing. */
type Place<Query> = Partial<Query> extends Query ? {
    query?: Query;
} : {
    query: Query;
};
type OwnBody<Operation> = Operation extends {
    requestBody: {
        content: {
            "application/json": infer Fields;
        };
    };
} ? {
    requestBody: {
        content: {
            "application/json": OwnUser<Fields>;
        };
    };
} : unknown;
type OwnOperation<Operation> = Operation extends {
    parameters: infer Parameters;
} ? Omit<Operation, "parameters" | "requestBody"> & OwnBody<Operation> & {
    parameters: OwnQuery<Parameters>;
} : Operation;
/** The routes as a user's own session may call them. */
export type SessionPaths = {
    [Path in keyof paths]: {
        [Method in keyof paths[Path]]: Method extends "parameters" ? paths[Path][Method] : OwnOperation<paths[Path][Method]>;
    };
};
export {};
