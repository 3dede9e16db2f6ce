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
  /** Each failed test as `file: name`, with what it said. */
  readonly failures: readonly string[];
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
  const failures = unreported
    ? ["A run without a report: its process died, or a file failed outside of its tests."]
    : listFailures(junitXml);
  return { ...tally, failed, ok: failed === 0, failures };
}

/** How much of what a failed test said is repeated at the end of a long run. */
const FAILURE_SHOWN = 1_000;

/** Lists the failed tests of a report. Without it they are far above the last line of a long run. */
export function listFailures(junitXml: string): readonly string[] {
  const failures = junitXml.matchAll(
    /<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<failure [^>]*>([^<]*)/g,
  );
  return [...failures].map(([, name = "", file = "", said = ""]) =>
    `${unescape(file)}: ${unescape(name)}\n${unescape(said).slice(0, FAILURE_SHOWN)}`
  );
}

const ENTITIES = new Map([["&lt;", "<"], ["&gt;", ">"], ["&quot;", '"'], ["&apos;", "'"], [
  "&amp;",
  "&",
]]);

function unescape(text: string): string {
  return text.replaceAll(/&\w+;/g, (entity) => ENTITIES.get(entity) ?? entity);
}

/** Adds up a number that the pattern captures. Texts in the report cannot match, because `<` is escaped. */
function addMatches(text: string, pattern: RegExp): number {
  return text.matchAll(pattern).reduce((sum, match) => sum + Number(match[1]), 0);
}
