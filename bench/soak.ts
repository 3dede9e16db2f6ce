/**
 * Ten minutes of load, to see that memory does not grow with the payments that went by.
 *
 * @module
 */

import { pause } from "../infra/process/clock.ts";
import {
  type ContenderName,
  type ContenderPlace,
  type RunningContender,
  withContenders,
} from "./contender_runner.ts";
import { USERS } from "./fleet.ts";
import { CONNECTIONS } from "./throughput.ts";

export interface Soak {
  readonly payments: number;
  /** The most resident memory of each minute, in MiB. */
  readonly mebibytes: readonly number[];
  readonly lostKurus: number | undefined;
}

/** Payments with keys, without a pause, for so many minutes. */
export function soak(name: ContenderName, place: ContenderPlace, minutes: number): Promise<Soak> {
  return withContenders([name], place, async ([contender]) => {
    const mebibytes: number[] = [];
    let payments = 0;
    for (let minute = 1; minute <= minutes; minute++) {
      const load = { users: USERS, keyed: true, connections: CONNECTIONS, seconds: 60 };
      const paying = contender.pay(load);
      const [{ succeeded }, bytes] = await Promise.all([paying, mostWhile(paying, contender)]);
      payments += succeeded;
      mebibytes.push(Math.round(bytes / 1024 ** 2));
      console.error(`  minute ${minute}: ${payments} payments, ${mebibytes.at(-1)} MiB`);
    }
    return { payments, mebibytes, lostKurus: await contender.lostKurus() };
  });
}

/** Looked at each second: between two collections of garbage a heap has now a little and now a lot. */
async function mostWhile(
  work: Promise<unknown>,
  { memoryBytes }: Pick<RunningContender, "memoryBytes">,
): Promise<number> {
  let isDone = false;
  const done = work.finally(() => isDone = true);
  let most = 0;
  while (!isDone) {
    most = Math.max(most, await memoryBytes());
    await Promise.race([done, pause(1_000)]);
  }
  return most;
}
