import { expect, test } from "bun:test";
import { createMemoryAnswers } from "../../../src/store/memory-answers.ts";

const times = { ttlMs: 60_000, leaseMs: 60_000 };
const MAX_SIZE = 1000;

test("what answers are about counts too: the oldest that have ended make room", async () => {
  const store = createMemoryAnswers(Date.now, MAX_SIZE);
  const head = "h".repeat(400);
  for (const name of ["first", "second", "third"]) {
    await store.open(name, head, times);
    const piece = { text: "text", after: 0, last: 1 };
    const written = { epoch: 1, piece, end: "end", drop: false };
    expect(await store.append(name, written, times)).toBe("ok");
  }
  expect(await store.read("first", 0, 0)).toBeNull();
  expect((await store.read("second", 0, 0))?.head).toBe(head);
  expect((await store.read("third", 0, 0))?.pieces).toHaveLength(1);
});

test("an answer that still runs is never gone, but may lose its text", async () => {
  const store = createMemoryAnswers(Date.now, MAX_SIZE);
  await store.open("running", "h".repeat(600), times);
  const piece = { text: "text", after: 0, last: 1 };
  await store.append("running", { epoch: 1, piece, end: null, drop: false }, times);
  await store.open("next", "h".repeat(600), times);
  const reading = await store.read("running", 0, 0);
  expect(reading?.last).toBe(1);
  expect(reading?.pieces).toEqual([]);
});
