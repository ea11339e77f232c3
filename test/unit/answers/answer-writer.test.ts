import { describe, expect, test } from "bun:test";
import type { AnswerStore } from "../../../src/answers/answer-store.ts";
import { createAnswerWriter, type StopReason } from "../../../src/answers/answer-writer.ts";
import { failedEnding } from "../../../src/answers/ending.ts";
import { NO_SEAL } from "../../../src/answers/seal.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";
import { createMemoryAnswers } from "../../../src/store/memory-answers.ts";

const TERMS = { ttlMs: 60_000, leaseMs: 2000 };
const ENDING = failedEnding(new ChatError("cancelled"));

async function begin(more: { wrap?: (store: AnswerStore) => AnswerStore; maxBytes?: number } = {}) {
  const store = createMemoryAnswers(Date.now, 1_000_000);
  const stops: StopReason[] = [];
  await store.open("a", "head", TERMS);
  const writer = createAnswerWriter({
    store: more.wrap?.(store) ?? store,
    seal: NO_SEAL,
    name: "a",
    terms: TERMS,
    maxBytes: more.maxBytes ?? 100_000,
    now: Date.now,
    every: createTimerWheel(),
    onStop: (reason) => stops.push(reason),
    onRenew: () => Promise.resolve(),
  });
  return { store, writer, stops };
}

describe("the writer of an answer", () => {
  test("gathers events, and writes all of them in order", async () => {
    let appends = 0;
    const wrap = (store: AnswerStore): AnswerStore => ({
      ...store,
      append(...all) {
        appends += 1;
        return store.append(...all);
      },
    });
    const { store, writer } = await begin({ wrap });
    for (let event = 1; event <= 100; event++) writer.push(`${event}\n\n`, event);
    expect(appends).toBe(0);
    await Bun.sleep(120);
    expect(appends).toBe(1);
    writer.push("101\n\n", 101);
    await writer.end(ENDING);
    expect(appends).toBe(2);
    const reading = await store.read("a", 0, 0);
    expect(reading?.pieces.map(({ text }) => text).join("")).toBe(
      Array.from({ length: 101 }, (_, index) => `${index + 1}\n\n`).join(""),
    );
    expect(JSON.parse(reading?.end ?? "")).toEqual(ENDING);
  });

  test("writes at once what is much", async () => {
    const { store, writer } = await begin();
    writer.push("x".repeat(20_000), 1);
    await Bun.sleep(10);
    expect((await store.read("a", 0, 0))?.last).toBe(1);
    await writer.end(ENDING);
  });

  test("sends again what may not have arrived, and nothing comes twice", async () => {
    let failures = 3;
    const wrap = (store: AnswerStore): AnswerStore => ({
      ...store,
      // Executed, but not answered.
      async append(...all) {
        const result = await store.append(...all);
        failures -= 1;
        if (failures >= 0) throw new Error("no answer");
        return result;
      },
    });
    const { store, writer } = await begin({ wrap });
    writer.push("1\n\n", 1);
    await Bun.sleep(100);
    writer.push("2\n\n", 2);
    await writer.end(ENDING);
    const reading = await store.read("a", 0, 0);
    expect(reading?.pieces.map(({ text }) => text).join("")).toBe("1\n\n2\n\n");
    expect(reading?.end).not.toBeNull();
  });

  test("counts bytes, not letters, and tells once that they are too many", async () => {
    const { store, writer, stops } = await begin({ maxBytes: 1000 });
    writer.push("€".repeat(300), 1);
    await Bun.sleep(80);
    expect(writer.isTooLarge).toBe(false);
    writer.push("€".repeat(100), 2);
    await Bun.sleep(80);
    expect(writer.isTooLarge).toBe(true);
    writer.push("€", 3);
    await writer.end(ENDING);
    expect(stops).toEqual(["too_large"]);
    expect(await store.read("a", 0, 0)).toMatchObject({ isDropped: true, pieces: [], last: 3 });
  });

  test("learns within a second that it is to stop, also while it is silent", async () => {
    const { store, writer, stops } = await begin();
    await store.cancel("a");
    await Bun.sleep(1100);
    expect(stops).toEqual(["cancelled"]);
    await writer.end(ENDING);
  });

  test("keeps its lease while it is silent, and writes nothing once it has lost it", async () => {
    const { store, writer, stops } = await begin();
    await Bun.sleep(2500);
    expect(await store.takeOver("a", 1, TERMS)).toBeNull();
    const stolen: AnswerStore = createMemoryAnswers(Date.now, 1000);
    await stolen.open("a", "head", { ...TERMS, leaseMs: 0 });
    expect(await stolen.takeOver("a", 1, TERMS)).toBe(2);
    const late = createAnswerWriter({
      store: stolen,
      seal: NO_SEAL,
      name: "a",
      terms: TERMS,
      maxBytes: 1000,
      now: Date.now,
      every: createTimerWheel(),
      onStop: (reason) => stops.push(reason),
      onRenew: () => Promise.resolve(),
    });
    late.push("1\n\n", 1);
    await late.end(ENDING);
    expect(stops).toEqual(["interrupted"]);
    expect(await stolen.read("a", 0, 0)).toMatchObject({ last: 0, end: null, pieces: [] });
    await writer.end(ENDING);
  });
});
