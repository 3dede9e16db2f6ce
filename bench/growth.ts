/**
 * What a payment costs as the store grows: on accounts with ever longer histories, among ever more
 * users, and what the last page of a long history costs beside its first.
 *
 * @module
 */

import {
  type ContenderName,
  type ContenderPlace,
  type RunningContender,
  withContender,
} from "./contender_runner.ts";
import { userNo } from "./fleet.ts";
import { CONNECTIONS, median } from "./throughput.ts";

export interface Growth {
  readonly title: string;
  /** How much there was, and the payments a second that it left. */
  readonly curve: readonly { readonly size: number; readonly perSecond: number }[];
}

export interface Paging {
  readonly title: string;
  readonly entries: number;
  /** Milliseconds, the median of the turns' medians. */
  readonly firstPage: number;
  readonly lastPage: number;
}

const HISTORIES = [10, 1_000, 100_000];
const SECONDS = 1.5;
/** The two pages take turns, so that whatever else the machine does meets both. */
const PAGE_TURNS = 9;
const SECONDS_PER_PAGE_TURN = 0.4;

/** One store whose accounts grow; as many users pay as have connections, so that none waits for another. */
interface HistoryRun {
  readonly name: ContenderName;
  readonly title: string;
  readonly users: number;
}

/** Payments on accounts with so many past entries, and the pages of the longest. */
export function measureHistories(
  place: ContenderPlace,
  { name, title, users }: HistoryRun,
): Promise<{ readonly growth: Growth; readonly paging: Paging }> {
  return withContender(name, place, async (contender) => {
    // Others pay first, so that the shortest history is not measured on a cold program.
    await contender.pay({ users: 1_000, connections: CONNECTIONS, seconds: SECONDS });
    const curve = [];
    let entries = 0;
    for (const size of HISTORIES) {
      if (size > entries) await contender.fill({ payments: size - entries, ofUsers: users });
      const { perSecond, succeeded } = await contender.pay({
        users,
        connections: users,
        seconds: SECONDS,
      });
      entries = Math.max(size, entries) + Math.ceil(succeeded / users);
      curve.push({ size, perSecond });
      console.error(`  ${title}, ${size} entries an account: ${Math.round(perSecond)}/s`);
    }
    const paging = { title, entries, ...await measurePages(contender) };
    return { growth: { title: `${title}, past entries of an account`, curve }, paging };
  });
}

async function measurePages(
  { ask }: RunningContender,
): Promise<Pick<Paging, "firstPage" | "lastPage">> {
  const page = `GET /islemler?userNo=${userNo(0)}&limit=100`;
  const first: number[] = [];
  const last: number[] = [];
  for (let turn = 0; turn < PAGE_TURNS; turn++) {
    first.push(await ask(page, SECONDS_PER_PAGE_TURN));
    last.push(await ask(`${page}&cursor=s101`, SECONDS_PER_PAGE_TURN));
  }
  return { firstPage: median(first), lastPage: median(last) };
}

export interface UserRun {
  readonly name: ContenderName;
  readonly title: string;
  readonly sizes: readonly number[];
}

/** Payments spread over ever more users. */
export function measureUsers(
  place: ContenderPlace,
  { name, title, sizes }: UserRun,
): Promise<Growth> {
  return withContender(name, place, async (contender) => {
    await contender.pay({ users: 1_000, connections: CONNECTIONS, seconds: SECONDS });
    const curve = [];
    for (const size of sizes) {
      if (size > 1_000) await contender.fill({ users: size });
      const { perSecond } = await contender.pay({
        users: size,
        connections: CONNECTIONS,
        seconds: SECONDS,
      });
      curve.push({ size, perSecond });
      console.error(`  ${title}, ${size} users: ${Math.round(perSecond)}/s`);
    }
    return { title: `${title}, users`, curve };
  });
}
