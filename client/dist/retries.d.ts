/** Sends one request: `fetch`, or what stands in for it. */
export type Fetch = (request: Request) => Promise<Response>;
/** How long and how often a request is tried. */
export interface Retrying {
    /** Tries in all. Default 4. */
    readonly attempts?: number;
    /** How long one try may take to its first byte, in milliseconds. Default 30,000: a gateway may take 15,000. */
    readonly timeoutMilliseconds?: number;
    /**
     * The longest pause between two tries, in milliseconds. Default 10,000. An answer that asks for a longer
     * one is given back at once, for the caller to decide.
     */
    readonly longestPauseMilliseconds?: number;
    /** How to send a request. Default: the `fetch` of the platform. */
    readonly fetch?: Fetch;
    /** How to wait. Default: with a timer, until the request's signal ends it. */
    readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
    /** Between 0 and 1. Default: `Math.random`. */
    readonly random?: () => number;
}
/**
 * Makes a `fetch` that tries again where that is safe. What reads, and what carries an Idempotency-Key, is
 * repeated when no answer came, when Kese says that the outcome is unknown, and when something on the way
 * has failed: the same key does nothing twice. Anything else only when Kese says that nothing has happened.
 */
export declare function createRetryingFetch(retrying?: Retrying): Fetch;
