import type { Registry } from "prom-client";
import { ERRORS, type ErrorCode } from "../errors/error-codes.ts";
import { errorType } from "../errors/error-type.ts";
import { type CallRecord, firstFailure, isRescued } from "./call-record.ts";
import { createLabelCap, OTHER } from "./label-cap.ts";
import { createCounter, createHistogram } from "./tally.ts";

/** Models that are told apart, of all providers together; each has up to 70 series. */
const MAX_MODELS = 200;

/** From a refused request to a long answer of a reasoning model, in seconds. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
/** From what no caller notices to a store that hangs, in seconds; the clock has milliseconds. */
const GATEWAY_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
/** From a fast model to a stalled one, in seconds. */
const PER_TOKEN_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

export interface CallMetrics {
  record(call: CallRecord): void;
  /** Counts a request that was refused before it was a call. */
  refused(code: ErrorCode, route: string | undefined): void;
  /** How often a model was counted under `other`. */
  folded(): number;
}

/** What calls do: how many, how long, how many tokens, what cost, and what went wrong. */
export function createCallMetrics(registry: Registry): CallMetrics {
  const target = ["provider", "model"] as const;
  const counter = <const Labels extends readonly string[]>(
    name: string,
    help: string,
    labels: Labels,
  ) => createCounter({ name: `ai_server_${name}`, help, labels }, registry);
  const histogram = <const Labels extends readonly string[]>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: Labels,
  ) => createHistogram({ name: `ai_server_${name}`, help, buckets, labels }, registry);

  const requests = counter(
    "requests_total",
    "Calls that have ended, by the status class of their outcome.",
    ["route", "kind", "dialect", ...target, "status"],
  );
  const errors = counter(
    "errors_total",
    "Calls that ended with an error, by whose fault it is: caller_*, policy_*, provider_*, server_*.",
    [...target, "error_type"],
  );
  const refusals = counter(
    "refused_requests_total",
    "Requests that were refused before they were a call of a model.",
    ["route", "error_type"],
  );
  const tokens = counter(
    "tokens_total",
    "Tokens. cached_input and cache_write_input are parts of input, reasoning is a part of output.",
    [...target, "type"],
  );
  const cost = counter("cost_usd_total", "US dollars, by the prices of the catalog.", target);
  const unpriced = counter(
    "unpriced_requests_total",
    "Answered calls whose cost is not known: no usage was reported, or the model has no price.",
    target,
  );
  const attempts = counter(
    "attempts_total",
    "Tries at a target; the outcome is ok or an error type.",
    [...target, "outcome"],
  );
  const rescued = counter(
    "rescued_requests_total",
    "Calls that were answered after a failed attempt, by a retry or by a fallback.",
    [...target, "by"],
  );
  const duration = histogram(
    "request_duration_seconds",
    "From the request to the end of the answer.",
    DURATION_BUCKETS,
    target,
  );
  const firstContent = histogram(
    "time_to_first_content_seconds",
    "From the request to the first content of a streamed answer.",
    DURATION_BUCKETS,
    target,
  );
  const perToken = histogram(
    "time_per_output_token_seconds",
    "From the first content to the end of a streamed answer, for each output token.",
    PER_TOKEN_BUCKETS,
    target,
  );
  const gateway = histogram(
    "gateway_duration_seconds",
    "What a call spent in this server before its first attempt: token, body, limits.",
    GATEWAY_BUCKETS,
    ["route"],
  );
  const models = createLabelCap(MAX_MODELS);

  /** The provider and the model of a target; a model is told apart once it has answered. */
  function nameTarget(provider: string | null, model: string | null, answered: boolean) {
    if (provider === null || model === null) return [provider ?? "", ""] as const;
    const held = models.holds(provider, model, answered);
    return [provider, held ? model : OTHER] as const;
  }

  return {
    record(call) {
      const { usage, outcome, firstContentAt, endedAt } = call;
      const answered = firstContentAt !== null || usage !== null;
      const named = nameTarget(call.provider, call.model, answered);
      const { kind, dialect, route = OTHER, attemptedAt } = call;
      requests.add(1, route, kind, dialect, ...named, statusClass(outcome));
      if (outcome !== "ok") errors.add(1, ...named, errorType(outcome));
      duration.observe(seconds(call.startedAt, endedAt), ...named);
      if (attemptedAt) gateway.observe(seconds(call.startedAt, attemptedAt), route);
      if (usage) {
        tokens.add(usage.input_tokens, ...named, "input");
        tokens.add(usage.output_tokens, ...named, "output");
        const { cached_input_tokens, cache_write_input_tokens, reasoning_tokens } = usage;
        if (cached_input_tokens) tokens.add(cached_input_tokens, ...named, "cached_input");
        if (cache_write_input_tokens)
          tokens.add(cache_write_input_tokens, ...named, "cache_write_input");
        if (reasoning_tokens) tokens.add(reasoning_tokens, ...named, "reasoning");
      }
      if (call.cost) cost.add(call.cost.total, ...named);
      else if (answered && kind !== "count_tokens") unpriced.add(1, ...named);
      if (call.stream && firstContentAt !== null) {
        firstContent.observe(seconds(call.startedAt, firstContentAt), ...named);
        if (usage && usage.output_tokens > 1) {
          const each = seconds(firstContentAt, endedAt) / (usage.output_tokens - 1);
          perToken.observe(each, ...named);
        }
      }
      for (const attempt of call.attempts) {
        if (attempt.outcome === "skipped") continue;
        const outcome = attempt.outcome === "ok" ? "ok" : errorType(attempt.outcome);
        const tried = nameTarget(attempt.provider, attempt.model, outcome === "ok");
        attempts.add(1, ...tried, outcome);
        if (attempt.cost && attempt.outcome !== "ok") cost.add(attempt.cost.total, ...tried);
      }
      if (isRescued(call)) {
        const failed = firstFailure(call);
        const same = failed?.provider === call.provider && failed?.model === call.model;
        rescued.add(1, ...named, same ? "retry" : "fallback");
      }
    },
    refused: (code, route = OTHER) => refusals.add(1, route, errorType(code)),
    folded: models.folded,
  };
}

function statusClass(outcome: CallRecord["outcome"]): string {
  return outcome === "ok" ? "2xx" : `${Math.floor(ERRORS[outcome].status / 100)}xx`;
}

/** A clock that was set back must not break a counter. */
function seconds(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / 1000;
}
