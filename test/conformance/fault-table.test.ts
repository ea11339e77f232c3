import { expect, test } from "bun:test";
import { playTable, SOME_CELLS } from "../support/fault-table/play-table.ts";
import { RUNTIMES } from "../support/runtimes/runtime.ts";

// All of them: npm run test:faults.
test.each(RUNTIMES)(
  "every fault of every vendor has a true end and a log line, on %s",
  async (runtime) => {
    const { wrong } = await playTable(runtime, SOME_CELLS);
    expect(wrong).toEqual({
      "lying end": [],
      "missing terminal event": [],
      "missing log line": [],
      "no answer": [],
    });
  },
  120_000,
);
