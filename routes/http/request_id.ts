import { maskCardNumbers } from "../../domain/card_number_search.ts";

/** As much as comes back of anything that a stranger sent. */
export const REQUEST_ID_MAX_LENGTH = 64;

const SAFE = new RegExp(`^[A-Za-z0-9._:-]{1,${REQUEST_ID_MAX_LENGTH}}$`);

/** Takes the client's own request id if it is safe to log, otherwise a new one. */
export function chooseRequestId(headers: Headers, makeId: () => string): string {
  const own = headers.get("x-request-id");
  if (own === null || !SAFE.test(own) || couldHoldCardNumber(own)) return makeId();
  return own;
}

/** Whatever separates its digits: no id is worth that risk. */
function couldHoldCardNumber(id: string): boolean {
  const parted = id.replaceAll(/[._:]/g, "-");
  return maskCardNumbers(parted) !== parted;
}
