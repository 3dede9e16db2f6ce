import { assertEquals } from "@std/assert";
import {
  countTests,
  formatTally,
  judge,
  listFailures,
  type Verdict,
} from "../../scripts/test_report.ts";

/** As `deno test --junit-path` writes it: two passed, one failed, one skipped, in two files. */
const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.1">
    <testsuite name="./tests/a_test.ts" tests="3" disabled="1" errors="0" failures="1">
        <testcase name="a says &lt;testsuite tests=&quot;9&quot;" classname="./tests/a_test.ts" time="0.000" line="1" col="6">
            <failure message="no">&lt;testsuite name="x" tests="9"</failure>
        </testcase>
        <testcase name="b" time="0.000" line="2" col="6"><skipped/></testcase>
        <testcase name="c" time="0.000" line="3" col="6"></testcase>
    </testsuite>
    <testsuite name="./tests/b_test.ts" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="d" time="0.000" line="1" col="6"></testcase>
    </testsuite>
</testsuites>`;

const ALL_PASSED = `<testsuite name="a" tests="2" disabled="0" errors="0" failures="0">`;
const ALL_SKIPPED = `<testsuite name="a" tests="2" disabled="2" errors="0" failures="0">`;

Deno.test("formatTally() says the numbers in one plain line", () => {
  assertEquals(formatTally({ passed: 2, failed: 1, skipped: 0 }), "2 passed, 1 failed, 0 skipped");
});

Deno.test("countTests() adds up the files and nothing that a test said", () => {
  assertEquals(countTests(REPORT), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("listFailures() names the failed tests alone, with what they said", () => {
  assertEquals(listFailures(REPORT), [
    './tests/a_test.ts: a says <testsuite tests="9"\n<testsuite name="x" tests="9"',
  ]);
  assertEquals(listFailures(ALL_PASSED), []);
});

/** A verdict without its words. */
function count({ passed, failed, skipped, ok }: Verdict): Omit<Verdict, "failures"> {
  return { passed, failed, skipped, ok };
}

Deno.test("judge() accepts a run in which tests passed and none failed", () => {
  assertEquals(judge(0, ALL_PASSED), {
    passed: 2,
    failed: 0,
    skipped: 0,
    ok: true,
    failures: [],
  });
});

Deno.test("judge() refuses a run in which a test failed", () => {
  assertEquals(judge(1, REPORT), {
    passed: 2,
    failed: 1,
    skipped: 1,
    ok: false,
    failures: listFailures(REPORT),
  });
  assertEquals(judge(0, REPORT).ok, false);
});

Deno.test("judge() counts a crash that left no report as a failure", () => {
  assertEquals(count(judge(1, "")), { passed: 0, failed: 1, skipped: 0, ok: false });
  assertEquals(count(judge(0, "")), { passed: 0, failed: 1, skipped: 0, ok: false });
});

Deno.test("judge() counts a failure outside of any test", () => {
  assertEquals(count(judge(1, ALL_PASSED)), { passed: 2, failed: 1, skipped: 0, ok: false });
});

Deno.test("judge() refuses a run in which no test ran", () => {
  assertEquals(count(judge(0, ALL_SKIPPED)), { passed: 0, failed: 1, skipped: 2, ok: false });
});
