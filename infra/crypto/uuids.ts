import { randomUUID } from "node:crypto";

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Whether a text is a UUID in lower case: its 16 bytes then say all of it. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Twelve bits, as many as version 7 has between its time and its variant. */
const COUNTS = 4_096;

/**
 * Makes UUIDs of version 7 (RFC 9562, section 6.2, method 1): 48 bits of time, a counter that begins
 * anywhere in the lower half of its range, and 62 random bits. Those of one maker sort as they were made,
 * so an index of them grows at its end. A clock that goes back is not followed.
 */
export function createTimeUuids(): (now: number) => string {
  let time = -Infinity;
  let count = 0;
  // Many are made in the same millisecond, so its text is made once.
  let beginning = "";

  function begin(at: number, from: number): void {
    time = at;
    count = from;
    const hex = at.toString(16).padStart(12, "0");
    beginning = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
  }

  return (now) => {
    const random = randomUUID();
    if (now > time) begin(now, parseInt(random.slice(15, 18), 16) >> 1);
    else if (++count === COUNTS) begin(time + 1, 0);
    return `${beginning}${count.toString(16).padStart(3, "0")}${random.slice(18)}`;
  };
}
