import type { Entry } from "../limits/bucket.ts";
import type { HoldResult, LimitStore, Reading } from "../limits/limit-store.ts";
import { StoreError } from "./store-error.ts";
import type { StoreObject } from "./store-object.ts";
import { within } from "./within.ts";

/** A Durable Object as its callers see it: each method by RPC. */
export type StoreObjectStub = {
  readonly [Name in Exclude<keyof StoreObject, "alarm">]: (
    ...args: Parameters<StoreObject[Name]>
  ) => Promise<Awaited<ReturnType<StoreObject[Name]>>>;
};

/**
 * A new stub each time: one belongs to the request that made it, and after a reset of its object it
 * fails for ever.
 */
export type GetStoreObject = (name: string) => StoreObjectStub;

interface Group {
  readonly home: string;
  readonly entries: Entry[];
  /** Where these entries stand in the request. */
  readonly indexes: number[];
}

/**
 * Limits in one object for each home. A call has two of them at most: what its issuer shares, and
 * its tenant or subject. They are asked one after the other, and if a later one refuses, the
 * earlier ones take back what they reserved: no limit is ever exceeded, but for that moment it
 * counts too much.
 */
export function createDurableObjectLimitStore(
  getObject: GetStoreObject,
  timeoutMs: number,
): LimitStore {
  const ask = async <T>(home: string, operation: (object: StoreObjectStub) => Promise<T>) => {
    try {
      return await within(timeoutMs, operation(getObject(`limits/${home}`)));
    } catch (thrown) {
      throw thrown instanceof StoreError ? thrown : new StoreError("connection");
    }
  };

  /** The states of all groups, in the order of the request. */
  function join(groups: readonly Group[], readings: readonly Reading[]): Reading {
    const states: Reading["states"][number][] = [];
    let now = 0;
    groups.forEach(({ indexes }, group) => {
      const reading = readings[group];
      now = Math.max(now, reading?.now ?? 0);
      indexes.forEach((index, at) => {
        const state = reading?.states[at];
        if (state) states[index] = state;
      });
    });
    return { now, states };
  }

  return {
    async hold({ call, entries }) {
      const groups = groupByHome(entries);
      const results: HoldResult[] = [];
      for (const group of groups) {
        const result = await ask(group.home, (object) =>
          object.hold({ call, entries: group.entries }),
        );
        results.push(result);
        if (result.status === "held") continue;
        const held = groups.slice(0, results.length - 1);
        const undone = held.map(({ home, entries: taken }) =>
          ask(home, (object) => object.undo({ call, entries: taken })),
        );
        const rest = groups.slice(results.length);
        const unread = rest.map(({ home, entries: others }) =>
          ask(home, (object) => object.read(others)),
        );
        const readings = [...(await Promise.all(undone)), result, ...(await Promise.all(unread))];
        const { now, states } = join(groups, readings);
        if (result.status === "settled") return { status: "settled", now, states };
        return { status: "refused", refused: group.indexes[result.refused] ?? 0, now, states };
      }
      return { status: "held", ...join(groups, results) };
    },
    async settle({ call, entries }) {
      const groups = groupByHome(entries);
      const settled = groups.map(({ home, entries: own }) =>
        ask(home, (object) => object.settle({ call, entries: own })),
      );
      return join(groups, await Promise.all(settled));
    },
    async read(entries) {
      const groups = groupByHome(entries);
      const read = groups.map(({ home, entries: own }) => ask(home, (object) => object.read(own)));
      return join(groups, await Promise.all(read));
    },
  };
}

function groupByHome(entries: readonly Entry[]): Group[] {
  const groups = new Map<string, Group>();
  entries.forEach((entry, index) => {
    const { home } = entry.bucket;
    const group = groups.get(home) ?? { home, entries: [], indexes: [] };
    group.entries.push(entry);
    group.indexes.push(index);
    groups.set(home, group);
  });
  return [...groups.values()];
}
