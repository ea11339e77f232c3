import { describe, expect, test } from "bun:test";
import { applySettle } from "../../../src/limits/apply.ts";
import {
  BUCKET,
  FIRST_LAPSE,
  LIMIT,
  type Rules,
  readBucket,
  SOUND,
  START,
  successors,
  type World,
} from "./protocol-model.ts";

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** What must be true of every world; the name of what is not. */
function findFault(world: World): string | null {
  const { value, reserved } = readBucket(world);
  const isDone = (phase: string) =>
    phase === "settled" || phase === "refused" || phase === "crashed";
  const spent = sum(world.calls.map((call) => call.spent));
  const open = world.calls.filter(({ phase }) => phase === "running" || phase === "settling");
  const lost = world.calls.filter(({ phase }) => phase === "crashed");
  if (value < 0 || reserved < 0) return "a figure below zero";
  if (reserved > LIMIT) return "more is reserved than the limit";
  // What was settled is what was spent, never twice, by calls that are over.
  const settling = sum(
    world.calls
      .filter(({ phase }) => phase === "settled" || phase === "settling" || phase === "crashed")
      .map((call) => call.spent),
  );
  if (value > settling) return "something was settled twice, or that was never spent";
  if (world.storeCrashes > 0) return null;
  if (world.time < FIRST_LAPSE && spent > LIMIT) return "more was spent than the limit";
  // Without a crash of the store, what was spent is settled, held by a lease, or may still be
  // settled by its server.
  const known = sum(
    world.calls.filter(({ phase }) => phase === "settled").map((call) => call.spent),
  );
  if (value < known) return "a settlement was lost";
  const unsettled = sum(open.map((call) => call.spent)) + sum(lost.map((call) => call.spent));
  if (spent > value + unsettled) return "money was spent without a reservation or a settlement";
  if (world.network.length === 0 && world.calls.every(({ phase }) => isDone(phase))) {
    const leases = world.store.leases.map(([, { until }]) => until);
    if (reserved > 0 && leases.length === 0) return "a reservation without a lease";
  }
  return null;
}

interface Search {
  worlds: number;
  /** The first fault that was found, and the events that lead to it. */
  fault: { what: string; events: string[] } | null;
  /** Worlds in which nothing but time can move, with what is reserved in them at the end. */
  reservedAtEnd: Set<number>;
}

/** Breadth first, so that a fault is found by the shortest way to it. */
function search(start: World, rules: Rules): Search {
  const seen = new Map<string, { from: string | null; event: string }>();
  let frontier: [key: string, world: World][] = [];
  const reservedAtEnd = new Set<number>();
  const keyOf = (world: World) => {
    const network = world.network.map((command) => JSON.stringify(command)).sort();
    return JSON.stringify({ ...world, network });
  };
  const trace = (key: string) => {
    const events: string[] = [];
    for (let at: string | null = key; at !== null; at = seen.get(at)?.from ?? null)
      events.unshift(seen.get(at)?.event ?? "");
    return events.slice(1);
  };
  const first = keyOf(start);
  seen.set(first, { from: null, event: "start" });
  frontier = [[first, start]];
  while (frontier.length > 0) {
    const next: [string, World][] = [];
    for (const [key, world] of frontier) {
      const what = findFault(world);
      if (what !== null)
        return { worlds: seen.size, fault: { what, events: trace(key) }, reservedAtEnd };
      const following = successors(world, rules);
      if (world.network.length === 0 && following.every(([event]) => event === "store crash"))
        reservedAtEnd.add(readBucket({ ...world, time: world.time + 3 }).reserved);
      for (const [event, after] of following) {
        const afterKey = keyOf(after);
        if (seen.has(afterKey)) continue;
        seen.set(afterKey, { from: key, event });
        next.push([afterKey, after]);
      }
    }
    frontier = next;
  }
  return { worlds: seen.size, fault: null, reservedAtEnd };
}

describe("reserve, renew, settle and expire", () => {
  test("lose no money and count none twice, whatever crashes, comes late or comes twice", () => {
    const { fault, worlds, reservedAtEnd } = search(START, SOUND);
    expect(fault).toBeNull();
    expect(worlds).toBeGreaterThan(200_000);
    // No lease is for ever: in no world that has come to its end is anything still reserved.
    expect([...reservedAtEnd]).toEqual([0]);
  }, 120_000);

  test("the search finds a store that settles twice", () => {
    const forgetful: Rules = {
      ...SOUND,
      maxTime: 0,
      maxStoreCrashes: 0,
      settle: (rows, request, now) =>
        applySettle({ ...rows, isSettled: () => false, markSettled() {} }, request, now),
    };
    const { fault } = search(START, forgetful);
    expect(fault?.what).toBe("something was settled twice, or that was never spent");
    expect(fault?.events.length).toBeGreaterThan(2);
  }, 60_000);

  test("the search finds a store that forgets what it settles", () => {
    const lossy: Rules = {
      ...SOUND,
      maxTime: 0,
      maxStoreCrashes: 0,
      settle: (rows, { call }, now) =>
        applySettle(rows, { call, entries: [{ bucket: BUCKET, amount: 0 }] }, now),
    };
    const { fault } = search(START, lossy);
    expect(fault?.what).toBe("a settlement was lost");
  }, 60_000);
});
