import { describe, expect, test } from "bun:test";
import type { Bucket } from "../../../src/limits/bucket.ts";
import type { LimitStore } from "../../../src/limits/limit-store.ts";
import { concurrent, entries, money, rate } from "../../support/limit-buckets.ts";

let names = 0;

/** A name that no other test uses. */
function newName(kind: string): string {
  names += 1;
  return `${kind}-${names}`;
}

const newCall = () => newName("call");

/** The same bucket in a place of its own. */
function isolate<T extends Bucket>(bucket: T): T {
  return { ...bucket, home: newName("home") };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What every store of limits does, whatever keeps its state. */
export function describeLimitStore(name: string, open: () => LimitStore): void {
  describe(`${name} limit store`, () => {
    const LIMITS: readonly (readonly [string, () => Bucket, number])[] = [
      ["requests", () => rate("requests", 10, HOUR), 1],
      ["tokens", () => rate("tokens", 10_000, 24 * HOUR), 1000],
      ["calls at once", () => concurrent(10), 1],
      ["dollars a day", () => money(10_000, "day"), 1000],
      ["dollars a month", () => money(10_000, "month"), 1000],
      ["dollars", () => money(10_000), 1000],
    ];

    test.each(LIMITS)(
      "lets exactly N of 10 × N parallel calls pass a limit of N: %s",
      async (_name, make, amount) => {
        const store = open();
        const bucket = isolate(make());
        const hold = () => store.hold({ call: newCall(), entries: entries(amount, bucket) });
        const results = await Promise.all(Array.from({ length: 100 }, hold));
        const held = results.filter(({ status }) => status === "held");
        const refused = results.filter(({ status }) => status === "refused");
        expect([held.length, refused.length]).toEqual([10, 90]);
      },
    );

    test("names the first limit that fails and consumes nothing of the others", async () => {
      const store = open();
      const requests = isolate(rate("requests", 10, MINUTE));
      const { home } = requests;
      const all = [
        { bucket: requests, amount: 1 },
        { bucket: money(100, "day", { home }), amount: 101 },
        { bucket: concurrent(0, { home }), amount: 1 },
      ];
      const refusal = await store.hold({ call: newCall(), entries: all });
      expect(refusal).toMatchObject({ status: "refused", refused: 1 });
      const { states } = await store.read(all);
      expect(states.map(({ reserved }) => reserved)).toEqual([0, 0, 0]);
      expect(states[0]?.value).toBe(0);
    });

    test("allows nothing under a limit of 0, not even what costs nothing", async () => {
      const store = open();
      const limits = [rate("requests", 0, MINUTE), concurrent(0), money(0), money(0, "day")];
      for (const bucket of limits) {
        const request = { call: newCall(), entries: entries(0, isolate(bucket)) };
        expect(await store.hold(request)).toMatchObject({ status: "refused", refused: 0 });
      }
    });

    test("counts a hold that is sent again once, and never shrinks it", async () => {
      const store = open();
      const requests = isolate(rate("requests", 10, MINUTE));
      const dollars = money(1000, "day", { home: requests.home });
      const call = newCall();
      const hold = (amount: number) =>
        store.hold({ call, entries: [...entries(1, requests), ...entries(amount, dollars)] });
      await hold(300);
      await hold(500);
      const again = await hold(300);
      expect(again.states[1]).toMatchObject({ value: 0, reserved: 500 });
      expect(await hold(1001)).toMatchObject({ status: "refused", refused: 1 });
      expect(await hold(1000)).toMatchObject({ status: "held" });
      const level = again.states[0]?.value ?? 0;
      expect(level).toBeGreaterThan(0);
      expect(level).toBeLessThanOrEqual(MINUTE);
    });

    test("settles once: real figures take the place of what was held", async () => {
      const store = open();
      const tokens = isolate(rate("tokens", 100_000, HOUR));
      const { home } = tokens;
      const dollars = money(1000, "month", { home });
      const running = concurrent(2, { home });
      const call = newCall();
      const amounts = (count: number, micro: number) => [
        ...entries(count, tokens),
        ...entries(micro, dollars),
        ...entries(1, running),
      ];
      await store.hold({ call, entries: amounts(5000, 800) });
      const first = await store.settle({ call, entries: amounts(120, 30) });
      expect(first.states[1]).toMatchObject({ value: 30, reserved: 0 });
      expect(first.states[2]).toMatchObject({ reserved: 0 });
      const second = await store.settle({ call, entries: amounts(120, 30) });
      expect(second.states[1]).toMatchObject({ value: 30, reserved: 0 });
      const late = await store.hold({ call, entries: amounts(5000, 800) });
      expect(late.status).toBe("settled");
      const { states } = await store.read(amounts(0, 0));
      expect(states[1]).toMatchObject({ value: 30, reserved: 0 });
      expect(states[0]?.reserved).toBe(0);
      expect(Math.ceil((states[0]?.value ?? 0) / HOUR)).toBeLessThanOrEqual(120);
    });

    test("counts what was spent without a reservation, and beyond one", async () => {
      const store = open();
      const dollars = isolate(money(1000, "day"));
      await store.settle({ call: newCall(), entries: entries(400, dollars) });
      const call = newCall();
      await store.hold({ call, entries: entries(600, dollars) });
      const { states } = await store.settle({ call, entries: entries(900, dollars) });
      expect(states[0]).toMatchObject({ value: 1300, reserved: 0 });
      const next = await store.hold({ call: newCall(), entries: entries(1, dollars) });
      expect(next.status).toBe("refused");
    });

    test("a settlement that overtakes its hold keeps it from reserving", async () => {
      const store = open();
      const dollars = isolate(money(1000, "day"));
      const call = newCall();
      await store.settle({ call, entries: entries(0, dollars) });
      const late = await store.hold({ call, entries: entries(600, dollars) });
      expect(late).toMatchObject({ status: "settled", states: [{ value: 0, reserved: 0 }] });
    });

    test("a limit in shadow counts and never refuses", async () => {
      const store = open();
      const shadow = isolate(money(100, "day", { shadow: true }));
      const result = await store.hold({ call: newCall(), entries: entries(500, shadow) });
      expect(result).toMatchObject({ status: "held", states: [{ reserved: 500 }] });
    });

    test("a token with another limit finds the same bucket", async () => {
      const store = open();
      const bucket = isolate(rate("tokens", 1000, 24 * HOUR));
      const hold = async (limit: number, amount: number) => {
        const request = { call: newCall(), entries: entries(amount, { ...bucket, limit }) };
        return (await store.hold(request)).status;
      };
      expect(await hold(1000, 900)).toBe("held");
      expect(await hold(500, 1)).toBe("refused");
      expect(await hold(2000, 1000)).toBe("held");
      expect(await hold(2000, 200)).toBe("refused");
    });

    test("keeps the largest limits exact", async () => {
      const store = open();
      const tokens = isolate(rate("tokens", 1_000_000_000, HOUR));
      const dollars = isolate(money(1e15, "month"));
      const most = [...entries(999_999_999, tokens), ...entries(1e15 - 1, dollars)];
      expect((await store.hold({ call: newCall(), entries: most })).status).toBe("held");
      const one = await store.hold({ call: newCall(), entries: entries(1, tokens, dollars) });
      expect(one).toMatchObject({ status: "held", states: [{}, { reserved: 1e15 }] });
      const beyond = await store.hold({ call: newCall(), entries: entries(1, dollars) });
      expect(beyond.status).toBe("refused");
    });
  });
}
