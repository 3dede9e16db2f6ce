import { threadCpuUsage } from "node:process";

/** Enough, because systems count what a thread computed in steps of ten milliseconds. */
export const COMPUTED_ENOUGH_MILLISECONDS = 120;

/** What this thread has computed: what runs on the machine next to it does not add to that. */
export function computedMilliseconds(): number {
  const { user, system } = threadCpuUsage();
  return (user + system) / 1_000;
}
