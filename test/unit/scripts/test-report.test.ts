import { describe, expect, test } from "bun:test";
import { formatLeftOut, readTestReport } from "../../../scripts/test/test-report.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="5" failures="1" skipped="3">
  <testsuite name="a.test.ts">
    <testcase name="holds a &lt; b &amp; &#34;c&#34;" classname="d &amp; x" time="0" assertions="1" />
    <testcase name="runs on redis (needs redis)" classname="d &amp; x" time="0" assertions="0">
      <skipped />
    </testcase>
    <testcase name="later" classname="" time="0" assertions="0">
      <skipped message="TODO" />
    </testcase>
    <testcase name="first" classname="recorded (needs ../shared/recordings)" time="0" assertions="0">
      <skipped />
    </testcase>
    <testcase name="is wrong" classname="d" time="0" assertions="1">
      <failure type="AssertionError" />
    </testcase>
  </testsuite>
</testsuites>`;

describe("the report of a test run", () => {
  test("counts what passed and failed and names what was left out", () => {
    expect(readTestReport(REPORT)).toEqual({
      passed: 1,
      failed: 1,
      leftOut: [
        "d & x > runs on redis (needs redis)",
        "later",
        "recorded (needs ../shared/recordings) > first",
      ],
    });
  });

  test("says what is needed, how to get it, and which suites lack it", () => {
    expect(formatLeftOut(readTestReport(REPORT).leftOut)).toBe(
      [
        "Left out: 3 tests",
        "  1 × needs redis (apt-get install redis-server)",
        "      d & x > runs on redis",
        "  1 × no reason given: later",
        "  1 × needs ../shared/recordings (recorded provider traffic, kept outside of this repository)",
        "      recorded",
      ].join("\n"),
    );
    expect(formatLeftOut(["deno > closes (not on deno: nobody tells)"])).toBe(
      "Left out: 1 tests\n  1 × not on deno: nobody tells\n      deno > closes",
    );
    expect(formatLeftOut(["suite (needs x) > first", "suite (needs x) > second"])).toBe(
      "Left out: 2 tests\n  2 × needs x\n      suite",
    );
    expect(formatLeftOut([])).toBe("Left out: none.");
  });
});
