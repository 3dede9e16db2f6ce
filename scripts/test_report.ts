/**
 * Reads the report of `deno test` and sums it up in one line.
 *
 * @module
 */

/** How many tests passed, failed and were skipped. A step counts as a test. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The result of a run: `ok` only if tests ran and all of them passed. */
export interface Verdict extends Tally {
  readonly ok: boolean;
}

/** Adds up the tallies of several runs. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (count: keyof Tally): number =>
    tallies.reduce((total, tally) => total + tally[count], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** Writes the last line of every run, for people and machines alike. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Counts the test cases in a JUnit report as `deno test --junit-path` writes it. */
export function countTests(junitXml: string): Tally {
  const tests = addMatches(junitXml, /<testsuite [^>]*\btests="(\d+)"/g);
  const failed = addMatches(junitXml, /<testsuite [^>]*\bfailures="(\d+)"/g);
  const skipped = addMatches(junitXml, /<testsuite [^>]*\bdisabled="(\d+)"/g);
  return { passed: tests - failed - skipped, failed, skipped };
}

/**
 * Judges a run by its report and by the exit code of `deno test`.
 *
 * By the report alone, three bad runs would pass: one whose process died or whose types are wrong (no
 * report), one in which a file failed outside of any test (not in the report), and one in which no
 * test ran. Each counts as one failure.
 *
 * @param junitXml The report; empty if `deno test` wrote none.
 */
export function judge(exitCode: number, junitXml: string): Verdict {
  const tally = countTests(junitXml);
  const ran = tally.passed + tally.failed;
  const unreported = tally.failed === 0 && (exitCode !== 0 || ran === 0);
  const failed = unreported ? 1 : tally.failed;
  return { ...tally, failed, ok: failed === 0 };
}

/** Adds up a number that the pattern captures. Texts in the report cannot match, because `<` is escaped. */
function addMatches(text: string, pattern: RegExp): number {
  return text.matchAll(pattern).reduce((sum, match) => sum + Number(match[1]), 0);
}
