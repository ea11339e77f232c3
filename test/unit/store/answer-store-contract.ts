import { describe, expect, test } from "bun:test";
import {
  type Addition,
  type AnswerStore,
  MAX_PIECES,
  type Reading,
} from "../../../src/answers/answer-store.ts";
import { until } from "../../support/until.ts";

let names = 0;

function newName(): string {
  names += 1;
  return `name-${process.pid}-${names}`;
}

const TERMS = { ttlMs: 60_000, leaseMs: 30_000 };
const END = '{"outcome":"ok"}';

function addition(after: number, last: number, more: Partial<Addition> = {}): Addition {
  const piece = { after, last, text: `events ${after + 1} to ${last}; ä€😀\n\n` };
  return { epoch: 1, piece, end: null, drop: false, ...more };
}

function textOf(reading: Reading | null): string {
  return (reading?.pieces ?? []).map(({ text }) => text).join("");
}

/** What every store of answers does, wherever it keeps them. */
export function describeAnswerStore(name: string, open: () => AnswerStore): void {
  describe(`${name} answer store`, () => {
    async function begin(terms = TERMS): Promise<{ store: AnswerStore; log: string }> {
      const store = open();
      const log = newName();
      await store.open(log, "the head", terms);
      return { store, log };
    }

    test("gives a key to one of 50 who claim it at once, and tells the others whose it is", async () => {
      const store = open();
      const key = newName();
      const claims = Array.from({ length: 50 }, (_, index) =>
        store.claim(key, `holder-${index}`, null, 60_000),
      );
      const holders = await Promise.all(claims);
      expect(new Set(holders).size).toBe(1);
    });

    test("gives a key to one of 50 who claim it instead of its holder", async () => {
      const store = open();
      const key = newName();
      await store.claim(key, "first", null, 60_000);
      const claims = Array.from({ length: 50 }, (_, index) =>
        store.claim(key, `next-${index}`, "first", 60_000),
      );
      const [holder, ...others] = new Set(await Promise.all(claims));
      expect(holder).toStartWith("next-");
      expect(others).toEqual([]);
      expect(await store.claim(key, "another", "somebody else", 60_000)).toBe(holder ?? "");
    });

    test("gives a key away again after its time, unless its holder has claimed it once more", async () => {
      const store = open();
      const [lost, kept] = [newName(), newName()];
      await store.claim(lost, "first", null, 50);
      await store.claim(kept, "first", null, 50);
      await store.claim(kept, "first", "first", 60_000);
      await Bun.sleep(120);
      expect(await store.claim(lost, "second", null, 60_000)).toBe("second");
      expect(await store.claim(kept, "second", null, 60_000)).toBe("first");
    });

    test("gives back what was added, from any event on", async () => {
      const { store, log } = await begin();
      expect(await store.append(log, addition(0, 3), TERMS)).toBe("ok");
      expect(await store.append(log, addition(3, 4), TERMS)).toBe("ok");
      expect(await store.append(log, addition(4, 9, { end: END }), TERMS)).toBe("ok");
      const whole = await store.read(log, 0, 0);
      expect(whole).toMatchObject({ head: "the head", epoch: 1, end: END, last: 9 });
      expect(whole).toMatchObject({ isLapsed: false, isDropped: false });
      const all = [addition(0, 3).piece, addition(3, 4).piece, addition(4, 9).piece];
      expect(whole?.pieces).toEqual(all.filter((piece) => piece !== null));
      for (const [after, firstPiece] of [
        [0, 0],
        [2, 0],
        [3, 1],
        [4, 2],
        [8, 2],
      ] as const)
        expect((await store.read(log, after, 0))?.pieces.map(({ after: at }) => at)).toEqual(
          whole?.pieces.slice(firstPiece).map(({ after: at }) => at) ?? [],
        );
      expect((await store.read(log, 9, 0))?.pieces).toEqual([]);
    });

    test("gives many pieces a part at a time", async () => {
      const { store, log } = await begin();
      const count = MAX_PIECES * 2 + 5;
      for (let at = 0; at < count; at++) await store.append(log, addition(at, at + 1), TERMS);
      let after = 0;
      let readings = 0;
      while (after < count) {
        const reading = await store.read(log, after, 0);
        expect(reading?.pieces[0]?.after).toBe(after);
        after = reading?.pieces.at(-1)?.last ?? count + 1;
        readings += 1;
      }
      expect([after, readings]).toEqual([count, 3]);
    });

    test("adds a piece that is sent again once", async () => {
      const { store, log } = await begin();
      await store.append(log, addition(0, 3), TERMS);
      expect(await store.append(log, addition(0, 3), TERMS)).toBe("ok");
      await store.append(log, addition(3, 5, { end: END }), TERMS);
      expect(await store.append(log, addition(3, 5, { end: END }), TERMS)).toBe("ok");
      expect((await store.read(log, 0, 0))?.pieces).toHaveLength(2);
    });

    test("does not begin a log anew that is there", async () => {
      const { store, log } = await begin();
      await store.append(log, addition(0, 3), TERMS);
      await store.open(log, "another head", TERMS);
      expect(await store.read(log, 0, 0)).toMatchObject({ head: "the head", last: 3 });
    });

    test("takes nothing after the end, nor for a log that is not there", async () => {
      const { store, log } = await begin();
      await store.append(log, addition(0, 3, { end: END }), TERMS);
      expect(await store.append(log, addition(3, 4), TERMS)).toBe("fenced");
      expect(await store.append(newName(), addition(0, 1), TERMS)).toBe("fenced");
      expect(await store.read(newName(), 0, 0)).toBeNull();
      expect(textOf(await store.read(log, 0, 0))).toBe(addition(0, 3).piece?.text ?? "");
    });

    test("lets a reader wait for what comes next", async () => {
      const { store, log } = await begin();
      await store.append(log, addition(0, 2), TERMS);
      const next = store.read(log, 2, 5000);
      await Bun.sleep(50);
      await store.append(log, addition(2, 3), TERMS);
      expect(textOf(await next)).toBe(addition(2, 3).piece?.text ?? "");
      const ending = store.read(log, 3, 5000);
      await Bun.sleep(50);
      await store.append(log, { ...addition(0, 0), piece: null, end: END }, TERMS);
      expect(await ending).toMatchObject({ end: END, pieces: [] });
    });

    test("lets a reader wait no longer than it asked for", async () => {
      const { store, log } = await begin();
      const startedAt = performance.now();
      expect(await store.read(log, 0, 200)).toMatchObject({ end: null, pieces: [] });
      expect(performance.now() - startedAt).toBeGreaterThan(150);
    });

    test("tells the writer to stop once somebody has asked for that", async () => {
      const { store, log } = await begin();
      await store.cancel(log);
      await store.cancel(newName());
      expect(await store.append(log, addition(0, 1), TERMS)).toBe("cancel");
      const end = addition(1, 2, { end: END });
      expect(await store.append(log, end, TERMS)).toBe("cancel");
      expect(await store.read(log, 0, 0)).toMatchObject({ last: 2, end: END });
    });

    test("says that a silent writer has lapsed, and lets one of 20 take over its log", async () => {
      const { store, log } = await begin({ ...TERMS, leaseMs: 100 });
      await store.append(log, addition(0, 1), { ...TERMS, leaseMs: 100 });
      expect(await store.takeOver(log, 1, TERMS)).toBeNull();
      const reading = await store.read(log, 1, 5000);
      expect(reading).toMatchObject({ isLapsed: true, epoch: 1 });
      const takers = Array.from({ length: 20 }, () => store.takeOver(log, 1, TERMS));
      const epochs = (await Promise.all(takers)).filter((epoch) => epoch !== null);
      expect(epochs).toEqual([2]);
      expect(await store.append(log, addition(1, 5), TERMS)).toBe("fenced");
      const late = { ...addition(0, 0), piece: null, end: END };
      expect(await store.append(log, late, TERMS)).toBe("fenced");
      expect(await store.append(log, { ...addition(1, 2), epoch: 2, end: END }, TERMS)).toBe("ok");
      expect(await store.read(log, 1, 0)).toMatchObject({ last: 2, end: END, epoch: 2 });
      expect(await store.takeOver(log, 2, TERMS)).toBeNull();
    });

    test("renews the lease by each write, also by an empty one", async () => {
      const terms = { ...TERMS, leaseMs: 300 };
      const { store, log } = await begin(terms);
      for (let turn = 0; turn < 4; turn++) {
        await Bun.sleep(100);
        await store.append(log, { ...addition(0, 0), piece: null }, terms);
      }
      expect(await store.read(log, 0, 0)).toMatchObject({ isLapsed: false });
    });

    test("drops what is too large, and goes on counting", async () => {
      const { store, log } = await begin();
      await store.append(log, addition(0, 3), TERMS);
      await store.append(log, { ...addition(3, 5), drop: true }, TERMS);
      await store.append(log, addition(5, 6), TERMS);
      const reading = await store.read(log, 0, 0);
      expect(reading).toMatchObject({ isDropped: true, last: 6, pieces: [] });
    });

    test("forgets a log after its time, counted from its last write", async () => {
      const terms = { ttlMs: 1500, leaseMs: 100 };
      const { store, log } = await begin(terms);
      await Bun.sleep(900);
      await store.append(log, addition(0, 1, { end: END }), terms);
      await Bun.sleep(900);
      const reading = await store.read(log, 0, 0);
      expect(reading?.last).toBe(1);
      expect(reading?.expiresAt).toBeGreaterThan(Date.now());
      await until("the log is gone", async () => (await store.read(log, 0, 0)) === null);
    });
  });
}
