/**
 * Ten minutes of load, to see that memory does not grow with the payments that went by.
 *
 * @module
 */

import { type ContenderName, type ContenderPlace, startContender } from "./contender_runner.ts";
import { USERS } from "./fleet.ts";
import { CONNECTIONS } from "./throughput.ts";

export interface Soak {
  readonly payments: number;
  /** Resident memory after each minute, in MiB. */
  readonly mebibytes: readonly number[];
  readonly lostKurus: number | undefined;
}

/** Payments without a pause for so many minutes. */
export async function soak(
  name: ContenderName,
  place: ContenderPlace,
  minutes: number,
): Promise<Soak> {
  const contender = await startContender(name, place);
  const mebibytes: number[] = [];
  let payments = 0;
  for (let minute = 1; minute <= minutes; minute++) {
    const { succeeded } = await contender.pay({
      users: USERS,
      connections: CONNECTIONS,
      seconds: 60,
    });
    payments += succeeded;
    mebibytes.push(Math.round(await contender.memoryBytes() / 1024 ** 2));
    console.error(`  minute ${minute}: ${payments} payments, ${mebibytes.at(-1)} MiB`);
  }
  return { payments, mebibytes, lostKurus: (await contender.audit())?.lostKurus };
}
