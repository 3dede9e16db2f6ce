/**
 * Reads what `deno test` reported, and says it in one line.
 *
 * @module
 */

/** How many tests ended in which way. A step counts as a test. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a run came to: `ok` only if tests ran and all of them passed. */
export interface Verdict extends Tally {
  readonly ok: boolean;
}

/** Several runs as one. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (count: keyof Tally): number =>
    tallies.reduce((total, tally) => total + tally[count], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** The line that ends every run, for people and machines alike. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Counts the test cases in a JUnit report as `deno test --junit-path` writes it. */
export function countTests(junitXml: string): Tally {
  const tests = sumOf(junitXml, /<testsuite [^>]*\btests="(\d+)"/g);
  const failed = sumOf(junitXml, /<testsuite [^>]*\bfailures="(\d+)"/g);
  const skipped = sumOf(junitXml, /<testsuite [^>]*\bdisabled="(\d+)"/g);
  return { passed: tests - failed - skipped, failed, skipped };
}

/**
 * Weighs the report against the exit code of `deno test`.
 *
 * The report alone would call three bad runs good: one whose process died or whose types are wrong
 * (no report), one in which a file failed outside of any test (not in the report), and one in which
 * no test ran. Each counts as one failure.
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

/** The sum of a number that the pattern captures; texts in the report cannot match, `<` is escaped. */
function sumOf(text: string, pattern: RegExp): number {
  return text.matchAll(pattern).reduce((sum, match) => sum + Number(match[1]), 0);
}
