import { describe, expect, test } from "bun:test";
import { createSignatureMemory } from "../../../src/chat/signature-memory.ts";
import type { SignedTurn } from "../../../src/chat/signed-turn.ts";

function turn(size: number, ...ids: string[]): SignedTurn {
  return { format: "google", size, parts: ids.map((id) => ({ call: { id, fingerprint: id } })) };
}

describe("the memory of signatures", () => {
  let now = 0;
  const create = (limits: { turns?: number; letters?: number } = {}) =>
    createSignatureMemory({ turns: 3, letters: 100, ttlMs: 1000, ...limits }, () => now);

  test("finds a turn by each of its calls, for its owner alone", async () => {
    const memory = create();
    const kept = turn(1, "a", "b");
    memory.keep("me", kept);
    expect(await memory.find("me", "a")).toBe(kept);
    expect(await memory.find("me", "b")).toBe(kept);
    expect(await memory.find("you", "a")).toBeUndefined();
    expect(await memory.find("me", "c")).toBeUndefined();
  });

  test("forgets what was used the longest time ago, by number and by size", async () => {
    const memory = create();
    for (const id of ["a", "b", "c"]) memory.keep("me", turn(1, id));
    await memory.find("me", "a");
    memory.keep("me", turn(1, "d"));
    expect(await memory.find("me", "b")).toBeUndefined();
    expect(await memory.find("me", "a")).toBeDefined();
    memory.keep("me", turn(99, "e"));
    expect(await memory.find("me", "c")).toBeUndefined();
    expect(await memory.find("me", "e")).toBeDefined();
    memory.keep("me", turn(101, "f"));
    expect(await memory.find("me", "f")).toBeUndefined();
  });

  test("forgets with time, and keeps the latest turn under an id", async () => {
    const memory = create();
    memory.keep("me", turn(1, "a", "b"));
    const later = turn(1, "b");
    memory.keep("me", later);
    expect(await memory.find("me", "b")).toBe(later);
    expect(await memory.find("me", "a")).toBeUndefined();
    now += 1001;
    expect(await memory.find("me", "b")).toBeUndefined();
  });

  test("keeps nothing if it may not", async () => {
    const memory = create({ turns: 0 });
    memory.keep("me", turn(1, "a"));
    expect(await memory.find("me", "a")).toBeUndefined();
  });
});
