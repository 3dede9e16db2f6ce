/**
 * What a payment costs as the store grows: on accounts with ever longer histories, among ever more
 * users, in ever larger files; and what the last page of a long history costs next to its first.
 *
 * @module
 */

import {
  type ContenderName,
  type ContenderPlace,
  type RunningContender,
  withContenders,
} from "./contender_runner.ts";
import { type Payers, userNo, USERS } from "./fleet.ts";
import { CONNECTIONS, median } from "./throughput.ts";

export interface Growth {
  readonly title: string;
  /** How much there was, and the payments a second that it left. */
  readonly curve: readonly {
    readonly size: number;
    /** Payments a second, turn by turn, and the median of them. */
    readonly turns: readonly number[];
    readonly perSecond: number;
  }[];
}

export interface Paging {
  readonly title: string;
  /** Milliseconds, the median of the turns' medians. */
  readonly firstPage: number;
  readonly lastPage: number;
}

const HISTORIES = [10, 1_000, 100_000];
const LONGEST = Math.max(...HISTORIES);
/** Users of the store who have no such history. */
const OTHERS: Payers = { from: 500, users: 500 };
/** Histories and pages take turns, so that whatever else the machine does meets all of them. */
const HISTORY_TURNS = 7;
const SECONDS_PER_HISTORY_TURN = 0.5;
const PAGE_TURNS = 9;
const SECONDS_PER_PAGE_TURN = 0.4;
const WARM_UP_SECONDS = 1.5;
const USER_TURNS = 5;
const SECONDS_PER_USER_TURN = 0.5;

/** One store whose accounts grow; as many users pay as have connections, so that none waits for another. */
interface HistoryRun {
  readonly name: ContenderName;
  readonly title: string;
  readonly users: number;
  /** Whether payments have keys, those of the history too. */
  readonly keyed?: boolean;
}

/** Accounts with so many past entries, from one user on, and the rates that were measured on them. */
interface History {
  readonly size: number;
  readonly from: number;
  /** A payment makes a history longer, so each turn of a short one has a group of users of its own. */
  readonly groups: number;
  readonly rates: number[];
}

/** Payments on accounts with so many past entries, all in one store, and the pages of the longest. */
export function measureHistories(
  place: ContenderPlace,
  { name, title, users, keyed = false }: HistoryRun,
): Promise<{ readonly growth: Growth; readonly paging: Paging }> {
  return withContenders([name], place, async ([contender]) => {
    const histories = historiesOf(users);
    for (const { size, from, groups } of histories) {
      await contender.fill({ payments: size, of: { users: groups * users, from, keyed } });
    }
    // Others pay first, so that nobody is measured on a cold program.
    await contender.pay({ ...OTHERS, keyed, connections: CONNECTIONS, seconds: WARM_UP_SECONDS });
    for (let turn = 0; turn < HISTORY_TURNS; turn++) {
      for (const { from, groups, rates } of histories) {
        const payers = { users, from: from + (turn % groups) * users, keyed };
        const load = { connections: users, seconds: SECONDS_PER_HISTORY_TURN };
        const { perSecond } = await contender.pay({ ...payers, ...load });
        rates.push(perSecond);
      }
    }
    const curve = histories.map(({ size, rates }) => {
      return { size, turns: rates, perSecond: median(rates) };
    });
    for (const { size, perSecond } of curve) {
      console.error(`  ${title}, ${size} entries an account: ${Math.round(perSecond)}/s`);
    }
    const paging = { title, ...await measurePages(contender, firstOf(LONGEST, users)) };
    const entries = keyed ? "entries with keys" : "past entries";
    return { growth: { title: `${title}, ${entries} of an account`, curve }, paging };
  });
}

function historiesOf(users: number): History[] {
  return HISTORIES.map((size) => ({
    size,
    from: firstOf(size, users),
    groups: size === LONGEST ? 1 : HISTORY_TURNS,
    rates: [],
  }));
}

/** The first user with a history of that size. */
function firstOf(size: number, users: number): number {
  return HISTORIES.indexOf(size) * HISTORY_TURNS * users;
}

async function measurePages(
  { ask }: RunningContender,
  user: number,
): Promise<Pick<Paging, "firstPage" | "lastPage">> {
  const page = `GET /islemler?userNo=${userNo(user)}&limit=100`;
  const first: number[] = [];
  const last: number[] = [];
  const load = { connections: 1, seconds: SECONDS_PER_PAGE_TURN };
  for (let turn = 0; turn < PAGE_TURNS; turn++) {
    first.push((await ask(page, load)).p50);
    last.push((await ask(`${page}&cursor=s101`, load)).p50);
  }
  return { firstPage: median(first), lastPage: median(last) };
}

/** Payments spread over ever more users of one SQLite file. */
export function measureUsers(place: ContenderPlace, sizes: readonly number[]): Promise<Growth> {
  return withContenders(["sqlite"], place, async ([contender]) => {
    await contender.pay({ users: USERS, connections: CONNECTIONS, seconds: WARM_UP_SECONDS });
    const curve = [];
    for (const size of sizes) {
      if (size > USERS) await contender.fill({ users: size });
      const turns: number[] = [];
      for (let turn = 0; turn < USER_TURNS; turn++) {
        const load = { users: size, connections: CONNECTIONS, seconds: SECONDS_PER_USER_TURN };
        turns.push((await contender.pay(load)).perSecond);
      }
      const perSecond = median(turns);
      curve.push({ size, turns, perSecond });
      console.error(`  SQLite, ${size} users: ${Math.round(perSecond)}/s`);
    }
    return { title: "SQLite, users", curve };
  });
}

export interface FilesRun {
  /** Entries with keys, spread over all users, that each file holds before it is measured. */
  readonly sizes: readonly number[];
  readonly turns: number;
  readonly secondsPerTurn: number;
}

/** Payments with keys in SQLite files with ever more keyed entries; the files take turns. */
export function measureFiles(
  place: ContenderPlace,
  { sizes, turns, secondsPerTurn: seconds }: FilesRun,
): Promise<Growth> {
  return withContenders(sizes.map(() => "sqlite"), place, async (contenders) => {
    const payers = { users: USERS, keyed: true };
    const files = [];
    for (const [place, size] of sizes.entries()) {
      const contender = contenders[place];
      if (contender === undefined) continue;
      await contender.fill({ payments: size / USERS, of: payers });
      await contender.pay({ ...payers, connections: CONNECTIONS, seconds: seconds * 2 });
      files.push({ size, contender, rates: [] as number[] });
    }
    for (let turn = 0; turn < turns; turn++) {
      for (const { contender, rates } of files) {
        rates.push(
          (await contender.pay({ ...payers, connections: CONNECTIONS, seconds })).perSecond,
        );
      }
    }
    const curve = [];
    for (const { size, contender, rates } of files) {
      const lost = await contender.lostKurus();
      if (lost !== 0) throw new Error(`A file of ${size} keyed entries lost ${lost} kurus`);
      curve.push({ size, turns: rates, perSecond: median(rates) });
      console.error(`  SQLite, a file of ${size} keyed entries: ${Math.round(median(rates))}/s`);
    }
    return { title: "SQLite, entries with keys in the file", curve };
  });
}
