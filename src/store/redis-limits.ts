import * as z from "zod/mini";
import type { Bucket, BucketState, Entry } from "../limits/bucket.ts";
import { tickMs, windowTicks } from "../limits/gcra.ts";
import { LEASE_MS, type LimitStore, REMEMBER_SETTLED_MS } from "../limits/limit-store.ts";
import type { SendCommand } from "./redis-commands.ts";
import { createScript } from "./redis-eval.ts";
import { LIMIT_SCRIPT } from "./redis-limit-script.ts";
import { StoreError } from "./store-error.ts";

const answerSchema = z.tuple(
  [z.enum(["held", "refused", "settled", "read"]), z.int(), z.int()],
  z.int(),
);

/** Limits of all processes that use the same Redis or Valkey. */
export function createRedisLimitStore(send: SendCommand): LimitStore {
  const evaluate = createScript(send, LIMIT_SCRIPT);

  async function run(
    operation: "hold" | "settle" | "read",
    call: string,
    entries: readonly Entry[],
  ) {
    const home = entries[0]?.bucket.home ?? "";
    const keys = [`ai:{${home}}:settled:${call}`];
    const args = [operation, call, String(LEASE_MS), String(REMEMBER_SETTLED_MS)];
    for (const { bucket, amount } of entries) {
      const key = `ai:{${bucket.home}}:${bucket.key}`;
      keys.push(key, `${key}:leases`);
      args.push(...describeBucket(bucket), bucket.shadow ? "1" : "0", String(amount));
    }
    const answer = answerSchema.safeParse(await evaluate(keys, args));
    if (!answer.success) throw new StoreError("refused", "an answer of another form");
    const [status, refused, now, ...numbers] = answer.data;
    return { status, refused, now, states: readStates(numbers) };
  }

  return {
    async hold({ call, entries }) {
      const { status, refused, now, states } = await run("hold", call, entries);
      switch (status) {
        case "held":
        case "settled":
          return { status, now, states };
        case "refused":
          return { status, refused, now, states };
        case "read":
          throw new StoreError("refused", "an answer to another operation");
      }
    },
    settle: ({ call, entries }) => run("settle", call, entries),
    read: (entries) => run("read", "", entries),
  };
}

function readStates(numbers: readonly number[]): BucketState[] {
  const states: BucketState[] = [];
  for (let index = 0; index < numbers.length; index += 3) {
    const [value = 0, at = 0, reserved = 0] = numbers.slice(index, index + 3);
    states.push({ value, at, reserved });
  }
  return states;
}

/** Kind, limit, ticks of the window, milliseconds of a tick, period, end. */
function describeBucket(bucket: Bucket): string[] {
  const common = [bucket.kind, String(bucket.limit)];
  switch (bucket.kind) {
    case "requests":
    case "tokens":
      return [...common, String(windowTicks(bucket)), String(tickMs(bucket.windowMs)), "", "-1"];
    case "concurrent":
      return [...common, "1", "1", "", "-1"];
    case "usd":
      return [...common, "1", "1", bucket.period, String(bucket.endsAt ?? -1)];
  }
}
