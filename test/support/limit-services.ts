import { createRevocations } from "../../src/auth/revocations.ts";
import { createLimiter } from "../../src/limits/limiter.ts";
import { createMemoryLimitStore } from "../../src/store/memory-limits.ts";
import { createMemoryRevocations } from "../../src/store/memory-revocations.ts";

/** What calls need of limits, in memory. */
export function createLimitServices(now: () => number) {
  return {
    limiter: createLimiter({
      store: createMemoryLimitStore(now),
      fallback: createMemoryLimitStore(now),
      failure: "closed",
      now,
      report() {},
      reportLost() {},
    }),
    revocations: createRevocations({
      store: createMemoryRevocations(now),
      now,
      failure: "closed",
    }),
    meter: { reserveOutputTokens: 4096, allowUnpriced: false },
  };
}
