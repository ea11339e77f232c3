import type { Attributes, Meter } from "@opentelemetry/api";
import { errorType } from "../errors/error-type.ts";
import { type CallRecord, totalCost } from "../telemetry/call-record.ts";
import { createLabelCap, OTHER } from "../telemetry/label-cap.ts";
import { OPERATIONS, targetAttributes } from "./gen-ai.ts";

/** The conventions' own: from 10 ms to 82 s, and from 1 token to 67 million. */
const SECONDS = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);
/** Models that are told apart; callers can name any. */
const MAX_MODELS = 200;

export interface Instruments {
  /** Counts a request, by the attributes of its span that are few. */
  request(attributes: Attributes, milliseconds: number): void;
  /** Counts a call of a model. */
  call(record: CallRecord): void;
}

/** The metrics of calls, by the names of OpenTelemetry's conventions. */
export function createInstruments(meter: Meter): Instruments {
  const histogram = (name: string, unit: string, boundaries: number[], description: string) =>
    meter.createHistogram(name, {
      unit,
      description,
      advice: { explicitBucketBoundaries: boundaries },
    });
  const requests = histogram(
    "http.server.request.duration",
    "s",
    SECONDS,
    "From the request to the end of its answer.",
  );
  const duration = histogram(
    "gen_ai.client.operation.duration",
    "s",
    SECONDS,
    "From the request to the end of the answer, all attempts included.",
  );
  const tokens = histogram(
    "gen_ai.client.token.usage",
    "{token}",
    TOKENS,
    "Tokens of a call: input, output.",
  );
  const firstChunk = histogram(
    "gen_ai.client.operation.time_to_first_chunk",
    "s",
    SECONDS,
    "From the request to the first content of a streamed answer.",
  );
  // What backends read of gateways (Envoy AI Gateway, agentgateway).
  const firstToken = histogram(
    "gen_ai.server.time_to_first_token",
    "s",
    SECONDS,
    "The same under its older name.",
  );
  const cost = meter.createCounter("ai_server.cost", {
    unit: "{USD}",
    description: "US dollars, by the prices of the catalog.",
  });
  const models = createLabelCap(MAX_MODELS);

  return {
    request: (attributes, milliseconds) => requests.record(toSeconds(milliseconds), attributes),
    call(record) {
      const { provider, model, usage, outcome, firstContentAt, startedAt, endedAt } = record;
      if (provider === null || model === null) return;
      const answered = firstContentAt !== null || usage !== null;
      const held = models.holds(provider, model, answered) ? model : OTHER;
      const target: Attributes = {
        "gen_ai.operation.name": OPERATIONS[record.kind],
        ...targetAttributes(provider, held),
      };
      duration.record(
        toSeconds(endedAt - startedAt),
        outcome === "ok" ? target : { ...target, "error.type": errorType(outcome) },
      );
      if (usage) {
        tokens.record(usage.input_tokens, { ...target, "gen_ai.token.type": "input" });
        tokens.record(usage.output_tokens, { ...target, "gen_ai.token.type": "output" });
      }
      const spent = totalCost(record);
      if (spent) cost.add(spent.total, target);
      if (record.stream && firstContentAt !== null) {
        const seconds = toSeconds(firstContentAt - startedAt);
        firstChunk.record(seconds, target);
        firstToken.record(seconds, target);
      }
    },
  };
}

function toSeconds(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1000;
}
