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
/** What the driver calls the time-out of its pool; it exports no class for it. */
const NO_CONNECTION_IN_TIME = "MongoWaitQueueTimeoutError";
/** The driver's own sign that another try may find a server: a fail-over, a shutdown, a lost node. */
const LABELS = ["RetryableWriteError", "RetryableReadError"];
/** MaxTimeMSExpired, WriteConcernTimeout, ExceededTimeLimit: the server gave up waiting. */
const TIMEOUT_CODES = new Set<unknown>([50, 64, 262]);

/** Whether the database is away or too slow, as against having refused what it was asked. */
export function isUnavailable(error: unknown): error is Error {
  if (!(error instanceof MongoError)) return isNameUnknown(error);
  return KINDS.some((kind) => error instanceof kind) ||
    error.name === NO_CONNECTION_IN_TIME ||
    LABELS.some((label) => error.hasErrorLabel(label)) ||
    TIMEOUT_CODES.has(error.code);
}

/** A mongodb+srv:// address whose servers DNS does not tell just now. */
function isNameUnknown(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error &&
    /^query(Srv|Txt)$/i.test(String(error.syscall));
}

/** The port as it is, whose callers hear of a database that is away as of any store that is. */
export function sayUnavailable<Port extends object>(port: Port): Port {
  const members = Object.entries(port).map(([name, member]: [string, unknown]) => {
    if (typeof member !== "function") return [name, member];
    return [name, async (...args: unknown[]): Promise<unknown> => {
      try {
        return await member(...args);
      } catch (error) {
        throw isUnavailable(error) ? new StoreUnavailableError(error) : error;
      }
    }];
  });
  return Object.fromEntries(members) as Port;
}
