import { describe, expect, test } from "bun:test";
import { createMemoryAnswers } from "../../../src/store/memory-answers.ts";
import { createMemoryLimitStore } from "../../../src/store/memory-limits.ts";
import { createMemoryRevocations } from "../../../src/store/memory-revocations.ts";
import { concurrent, entries, rate } from "../../support/limit-buckets.ts";
import { describeAnswerStore } from "./answer-store-contract.ts";
import { describeLimitStore } from "./limit-store-contract.ts";
import { describeRevocationStore } from "./revocation-store-contract.ts";

const answers = createMemoryAnswers(Date.now, 1_000_000);
const store = createMemoryLimitStore(Date.now);
describeLimitStore("memory", () => store);
describeRevocationStore("memory", () => createMemoryRevocations(Date.now));
describeAnswerStore("memory", () => answers);

describe("limits in memory", () => {
  test.each([999, -60_000])(
    "know a settled call whose renewal comes late (clock: %d ms on)",
    async (later) => {
      let now = 1_000_000;
      const limits = createMemoryLimitStore(() => now);
      const request = { call: "late", entries: entries(1, concurrent(5)) };
      await limits.hold(request);
      await limits.settle(request);
      now += later;
      await limits.settle({ ...request, call: "other" });
      expect(await limits.hold(request)).toMatchObject({ status: "settled" });
    },
  );

  test("free what a lapsed lease holds, also if it was only looked at before", async () => {
    let now = 1_000_000;
    const limits = createMemoryLimitStore(() => now);
    const held = entries(1, concurrent(1));
    await limits.hold({ call: "first", entries: held });
    now += 61_000;
    await limits.read(held);
    expect(await limits.hold({ call: "second", entries: held })).toMatchObject({ status: "held" });
  });

  test("count anew after a row was forgotten, whichever token asks next", async () => {
    let now = 1_000_000;
    const limits = createMemoryLimitStore(() => now);
    const once = () => entries(1, rate("requests", 1, 60_000));
    const own = once();
    await limits.hold({ call: "first", entries: own });
    await limits.settle({ call: "first", entries: own });
    now += 600_000;
    expect(await limits.hold({ call: "second", entries: own })).toMatchObject({ status: "held" });
    expect(await limits.hold({ call: "third", entries: once() })).toMatchObject({
      status: "refused",
    });
  });
});
