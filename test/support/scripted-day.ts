import { computeCost, findPrice } from "../../src/catalog/compute-cost.ts";
import type { ModelInfo } from "../../src/chat/model.ts";
import type { Usage } from "../../src/chat/usage.ts";
import type { CallRecord } from "../../src/telemetry/call-record.ts";
import { seededRandom } from "./seeded-random.ts";

/** Nano-dollars for a token: what the sums are checked with is whole numbers alone. */
interface NanoPrice {
  input: bigint;
  output: bigint;
  cached: bigint;
  write: bigint;
  writeHour: bigint;
}

interface DayModel {
  info: ModelInfo;
  nanos?: NanoPrice;
  longNanos?: NanoPrice;
}

/** Dollars for a million tokens, as whole thousandths, are nano-dollars for a token. */
function toPrice({ input, output, cached, write, writeHour }: NanoPrice) {
  const dollars = (nanos: bigint) => Number(nanos) / 1000;
  return {
    input: dollars(input),
    output: dollars(output),
    cached_input: dollars(cached),
    cache_write: dollars(write),
    cache_write_1h: dollars(writeHour),
  };
}

const SONNET: NanoPrice = {
  input: 3000n,
  output: 15000n,
  cached: 300n,
  write: 3750n,
  writeHour: 6000n,
};
const LONG: NanoPrice = {
  input: 6000n,
  output: 22500n,
  cached: 600n,
  write: 7500n,
  writeHour: 12000n,
};
const SMALL: NanoPrice = { input: 75n, output: 300n, cached: 19n, write: 94n, writeHour: 94n };
const LONG_FROM = 200_000;

const MODELS: readonly DayModel[] = [
  {
    info: {
      id: "day-large",
      price: toPrice(SONNET),
      long_prompt_price: { above_input_tokens: LONG_FROM, price: toPrice(LONG) },
    },
    nanos: SONNET,
    longNanos: LONG,
  },
  {
    // Its old price ended the day before.
    info: {
      id: "day-small",
      price: toPrice(SONNET),
      price_changes: [{ from: "2026-11-20", price: toPrice(SMALL) }],
    },
    nanos: SMALL,
  },
  { info: { id: "day-unpriced" } },
];

const DAY_START = Date.UTC(2026, 10, 20);
const DAY_MS = 24 * 3600 * 1000;
const PROVIDERS = ["claude", "openai", "gemini"] as const;
const FAILURES = ["upstream_error", "upstream_overloaded", "upstream_rejected"] as const;

/** Costs of one call that were computed apart from the product's code. */
export interface ExpectedCost {
  inputNanos: bigint;
  outputNanos: bigint;
}

export interface DayCall {
  record: CallRecord;
  expected: ExpectedCost | null;
}

/** A day of calls of all kinds, the same each time. */
export function scriptDay(count: number): DayCall[] {
  const random = seededRandom(20_261_120);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => {
    const item = list[below(list.length)];
    if (item === undefined) throw new Error("the list is empty");
    return item;
  };

  function makeUsage(): Usage {
    const input = below(20) === 0 ? LONG_FROM - 5 + below(300_000) : 1 + below(50_000);
    const cached = below(3) === 0 ? below(input) : 0;
    const written = below(4) === 0 ? below(input - cached) : 0;
    const output = 1 + below(8000);
    return {
      input_tokens: input,
      output_tokens: output,
      ...(cached > 0 ? { cached_input_tokens: cached } : {}),
      ...(written > 0 ? { cache_write_input_tokens: written } : {}),
      ...(written > 0 && below(2) === 0 ? { cache_write_1h_input_tokens: below(written + 1) } : {}),
      ...(below(2) === 0 ? { reasoning_tokens: below(output) } : {}),
      total_tokens: input + output,
    };
  }

  return Array.from({ length: count }, (_, index): DayCall => {
    const startedAt = DAY_START + Math.floor((index / count) * DAY_MS);
    const model = pick(MODELS);
    const provider = pick(PROVIDERS);
    const kind = below(25) === 0 ? "count_tokens" : "generate";
    const stream = kind === "generate" && below(2) === 0;
    const fate = below(20);
    const outcome =
      fate === 0 ? "cancelled" : fate === 1 ? pick(FAILURES) : fate === 2 ? "client_stalled" : "ok";
    const hasUsage = kind === "generate" && (outcome === "ok" || (stream && below(2) === 0));
    const usage = hasUsage ? makeUsage() : null;
    const cost = computeCost(usage, model.info, startedAt, () => model.info);
    const endedAt = startedAt + 50 + below(60_000);
    const attempt = { provider, model: model.info.id, duration_ms: 40, cost: null };
    const retried = below(10) === 0;
    return {
      record: {
        requestId: index.toString(16).padStart(32, "0"),
        kind,
        dialect: kind === "count_tokens" ? "anthropic-messages" : pick(["chat", "openai-chat"]),
        subject: `user-${below(40)}`,
        issuer: "conformance-tests",
        tenant: below(5) === 0 ? null : `tenant-${below(4)}`,
        provider,
        model: model.info.id,
        stream,
        outcome,
        reason: undefined,
        finishReason: outcome === "ok" ? "stop" : null,
        usage,
        usageSource: usage ? (outcome === "ok" ? "provider" : "estimated") : "none",
        cost,
        price: cost && findPrice(usage, model.info, startedAt),
        attempts: [
          ...(retried ? [{ ...attempt, outcome: "upstream_overloaded" as const }] : []),
          { ...attempt, outcome: outcome === "ok" ? "ok" : outcome },
        ],
        startedAt,
        firstContentAt: usage ? startedAt + 20 + below(30) : null,
        endedAt,
      },
      expected: expectCost(model, usage),
    };
  });
}

function expectCost({ nanos, longNanos }: DayModel, usage: Usage | null): ExpectedCost | null {
  const price = usage && usage.input_tokens > LONG_FROM ? (longNanos ?? nanos) : nanos;
  if (!usage || !price) return null;
  const read = BigInt(usage.cached_input_tokens ?? 0);
  const written = BigInt(usage.cache_write_input_tokens ?? 0);
  const hour = BigInt(usage.cache_write_1h_input_tokens ?? 0);
  return {
    inputNanos:
      (BigInt(usage.input_tokens) - read - written) * price.input +
      read * price.cached +
      (written - hour) * price.write +
      hour * price.writeHour,
    outputNanos: BigInt(usage.output_tokens) * price.output,
  };
}
