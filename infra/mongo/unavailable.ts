import {
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";
import { StoreUnavailableError } from "../../domain/ports/errors.ts";

const KINDS = [
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
];
/** The driver's name for the time-out of its pool, for which it exports no class. */
const NO_CONNECTION_IN_TIME = "MongoWaitQueueTimeoutError";
/** The driver's sign that a retry may find a server: a fail-over, a shutdown, a lost node. */
const LABELS = ["RetryableWriteError", "RetryableReadError"];
/** MaxTimeMSExpired, WriteConcernTimeout, ExceededTimeLimit: the server gave up waiting. */
const TIMEOUT_CODES = new Set<unknown>([50, 64, 262]);

/** Whether the database is unavailable or too slow, and did not refuse what it was asked. */
export function isUnavailable(error: unknown): error is Error {
  if (!(error instanceof MongoError)) return isLookupFailure(error);
  return KINDS.some((kind) => error instanceof kind) ||
    error.name === NO_CONNECTION_IN_TIME ||
    LABELS.some((label) => error.hasErrorLabel(label)) ||
    TIMEOUT_CODES.has(error.code);
}

/** Whether DNS did not name the servers of a mongodb+srv:// address. */
function isLookupFailure(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error &&
    /^query(Srv|Txt)$/i.test(String(error.syscall));
}

/** Runs a call. If the database is unavailable, rejects as any store does. */
export async function sayUnavailable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailableError(error) : error;
  }
}
