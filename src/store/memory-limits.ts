import { applyHold, applySettle, readStates } from "../limits/apply.ts";
import type { LimitStore } from "../limits/limit-store.ts";
import { createMemoryRows } from "./memory-rows.ts";

/** Limits of one process. `now` is in milliseconds since 1970. */
export function createMemoryLimitStore(now: () => number): LimitStore {
  const rows = createMemoryRows();
  return {
    hold: async (request) => applyHold(rows, request, now()),
    settle: async (request) => applySettle(rows, request, now()),
    read: async (entries) => readStates(rows, entries, now()),
  };
}
