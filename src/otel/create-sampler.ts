import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { OtelConfig } from "./env.ts";
import type { ParentSpan } from "./traceparent.ts";

/** Whether the trace is kept. */
export type Sample = (traceId: string, parent: ParentSpan | null) => boolean;

/**
 * `OTEL_TRACES_SAMPLER`. The decision is made when a request begins, for the vendors are told of
 * it.
 */
export function createSampler(config: OtelConfig): Sample {
  if (config.OTEL_TRACES_EXPORTER === "none") return () => false;
  const name = config.OTEL_TRACES_SAMPLER;
  // The usual one needs none of the packages' contexts.
  if (name === "parentbased_always_on") return (_traceId, parent) => parent?.isSampled ?? true;
  const root = createRoot(name.replace("parentbased_", ""), config.OTEL_TRACES_SAMPLER_ARG);
  const sampler = name.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
  return (traceId, parent) => {
    const context = parent
      ? trace.setSpanContext(ROOT_CONTEXT, {
          traceId: parent.traceId,
          spanId: parent.spanId,
          traceFlags: parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
          isRemote: true,
        })
      : ROOT_CONTEXT;
    const { decision } = sampler.shouldSample(context, traceId, "", SpanKind.SERVER, {}, []);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  };
}

function createRoot(name: string, ratio: number): Sampler {
  switch (name) {
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return new TraceIdRatioBasedSampler(ratio);
    default:
      return new AlwaysOnSampler();
  }
}
