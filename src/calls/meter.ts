import type { Policy } from "../auth/policy.ts";
import { computeCost } from "../catalog/compute-cost.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Demand } from "../chat/demand.ts";
import { LETTERS_PER_TOKEN } from "../chat/estimate-tokens.ts";
import type { Usage } from "../chat/usage.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Consumption } from "../limits/limiter.ts";
import type { LostUsage } from "../routing/attempt.ts";
import type { Target } from "../routing/select-target.ts";
import { type CallRecord, totalCost } from "../telemetry/call-record.ts";

/** How calls are measured against limits. */
export interface MeterSettings {
  /** `RESERVE_OUTPUT_TOKENS` */
  readonly reserveOutputTokens: number;
  /** `UNPRICED` is `allow`. */
  readonly allowUnpriced: boolean;
}

export interface MeterOptions extends MeterSettings {
  readonly demand: Demand;
  /** All that may be tried: the dearest of them is reserved for. */
  readonly targets: readonly Target[];
  readonly policy: Policy;
  readonly catalog: Catalog;
  /** Milliseconds since 1970: the day of the prices. */
  readonly startedAt: number;
}

/** What an answer has brought so far. */
export interface Progress {
  /** What the vendor has counted so far; null before it has. */
  readonly usage: Usage | null;
  /** Letters of text, reasoning and arguments. */
  readonly letters: number;
}

/** What a call may consume, and what it has. */
export interface Meter {
  /**
   * Throws `forbidden` for a prompt that is too long, or a model without a price under a budget.
   */
  estimate(): Consumption;
  /** What the answer has consumed by now, at least. */
  measure(progress: Progress): Consumption;
  /** The same, with room for a good piece more. */
  extend(progress: Progress): Consumption;
}

export function createMeter(options: MeterOptions): Meter {
  return new CallMeter(options);
}

class CallMeter implements Meter {
  readonly #options: MeterOptions;
  readonly #hasBudget: boolean;
  #prompt: number | undefined;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#hasBudget = options.policy.buckets.some(({ kind }) => kind === "usd");
  }

  estimate(): Consumption {
    const { demand, policy, reserveOutputTokens } = this.#options;
    const inputTokens = this.#promptTokens();
    const max = policy.maxInputTokens;
    if (max !== null && inputTokens > max)
      throw new ChatError("forbidden", {
        param: demand.param,
        message: `The token's policy (max_input_tokens) allows at most ${max} tokens of input; the request has about ${inputTokens}.`,
      });
    return this.#consume(inputTokens, ({ model }) =>
      Math.min(
        demand.maxOutputTokens ?? reserveOutputTokens,
        model.max_output_tokens ?? Number.POSITIVE_INFINITY,
      ),
    );
  }

  measure({ usage, letters }: Progress, more = 0): Consumption {
    const output = Math.max(usage?.output_tokens ?? 0, Math.ceil(letters / LETTERS_PER_TOKEN));
    return this.#consume(usage?.input_tokens ?? this.#promptTokens(), () => output + more);
  }

  extend(progress: Progress): Consumption {
    return this.measure(progress, this.#options.reserveOutputTokens);
  }

  #promptTokens(): number {
    this.#prompt ??= this.#options.demand.inputTokens();
    return this.#prompt;
  }

  /** The most that any of the targets would take. */
  #consume(inputTokens: number, outputOf: (target: Target) => number): Consumption {
    let [tokens, microUsd] = [0, 0];
    for (const target of this.#options.targets) {
      const usage = createUsage(inputTokens, outputOf(target));
      tokens = Math.max(tokens, usage.total_tokens);
      microUsd = Math.max(microUsd, this.#price(target, usage));
    }
    return { tokens, microUsd };
  }

  #price({ provider, model }: Target, usage: Usage): number {
    const { catalog, policy, startedAt, allowUnpriced } = this.#options;
    // Only budgets count money.
    if (!this.#hasBudget) return 0;
    const cost = computeCost(usage, model, startedAt, (id) => catalog.lookup(provider.name, id));
    if (cost) return toMicroUsd(cost.total);
    if (!allowUnpriced && policy.buckets.some(({ kind, shadow }) => kind === "usd" && !shadow))
      throw new ChatError("forbidden", {
        param: "model",
        message: `The token has a budget in dollars, and ${provider.name}/${model.id} has no price: add it to MODEL_CATALOG, or set UNPRICED=allow.`,
      });
    return 0;
  }
}

function createUsage(input: number, output: number): Usage {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
}

/**
 * Dollars → micro-dollars, rounded up, so that many small calls do not escape a budget.
 */
function toMicroUsd(dollars: number): number {
  // Costs are whole billionths of a dollar.
  return Math.ceil(Math.round(dollars * 1e9) / 1000);
}

/**
 * What a finished call has consumed: the tokens of its answer and those lost in attempts without
 * one, and the money of all of them.
 */
export function measureRecord(
  record: Pick<CallRecord, "usage" | "cost" | "attempts">,
  { lost, isAnswered }: { lost: LostUsage; isAnswered: boolean },
): Consumption {
  // Without an answer, the record's usage is what was lost.
  const usage = isAnswered ? record.usage : null;
  const answered = usage ? usage.input_tokens + usage.output_tokens : 0;
  return {
    tokens: answered + lost.input_tokens + lost.output_tokens,
    microUsd: toMicroUsd(totalCost(record)?.total ?? 0),
  };
}

export interface MeasuredUsage {
  readonly usage: Usage | null;
  readonly source: CallRecord["usageSource"];
}

/**
 * The usage of an answer that has ended. Vendors count at the end of a stream, so of one that was
 * cut the output is what was delivered, at least; and some count nothing at all.
 */
export function measureUsage(
  { usage, letters }: Progress,
  isComplete: boolean,
  demand: Demand,
): MeasuredUsage {
  if (usage && (isComplete || usage.passes)) return { usage, source: "provider" };
  if (letters === 0 && !isComplete) return { usage, source: usage ? "provider" : "none" };
  const input = usage?.input_tokens ?? demand.inputTokens();
  const delivered = Math.ceil(letters / LETTERS_PER_TOKEN);
  const output = Math.max(usage?.output_tokens ?? 0, delivered);
  if (usage && output === usage.output_tokens) return { usage, source: "provider" };
  return { usage: { ...usage, ...createUsage(input, output) }, source: "estimated" };
}

/** The usage of a call that no target answered. */
export function measureLost({
  input_tokens,
  output_tokens,
  isEstimated,
}: LostUsage): MeasuredUsage {
  if (input_tokens + output_tokens === 0) return { usage: null, source: "none" };
  const source = isEstimated ? "estimated" : "provider";
  return { usage: createUsage(input_tokens, output_tokens), source };
}
