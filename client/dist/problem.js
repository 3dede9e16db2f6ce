/** A refusal, as {@linkcode orThrow} throws it. */
export class KeseError extends Error {
    name = "KeseError";
    /** Undefined if something between here and Kese has answered in its place. */
    code;
    status;
    problem;
    constructor(status, problem) {
        super(problem?.message ?? `Kese did not answer: the status is ${status}`);
        this.status = status;
        this.problem = problem;
        this.code = problem?.code;
    }
}
/** Gives the answer of a call, or throws its refusal as a {@linkcode KeseError}. */
export function orThrow({ data, error, response }) {
    if (response.ok)
        return data;
    throw new KeseError(response.status, isProblem(error) ? error : undefined);
}
function isProblem(error) {
    return typeof error === "object" && error !== null && "code" in error &&
        "requestId" in error;
}
