import { SpanKind } from "@opentelemetry/api";
import { createFlushWindow } from "../telemetry/flush-window.ts";
import type { TracedAttempt } from "../telemetry/trace.ts";
import type { Tracer, TracerServices } from "../telemetry/tracer.ts";
import { createInstruments } from "./create-instruments.ts";
import { createPipeline } from "./create-pipeline.ts";
import { createSampler } from "./create-sampler.ts";
import { createSpan, type FinishedWork } from "./create-span.ts";
import {
  callAttributes,
  describeAttempts,
  describeRequest,
  requestAttributes,
} from "./describe-call.ts";
import type { OtelConfig } from "./env.ts";
import { readTraceparent, writeTraceparent } from "./traceparent.ts";
import { watchLimiter } from "./watch-limiter.ts";

/** The digits of a span's id: half of those of a request's id. */
const SPAN_DIGITS = 16;
const SERVER_ERROR = 500;
/** Callers can make up any other: the conventions have one name for all of those. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const OTHER_METHOD = "_OTHER";
/**
 * The longest that a Worker waits for more before it sends: it may live for 30 s after an answer.
 */
const WORKER_SPANS_MS = 1000;
const WORKER_METRICS_MS = 10_000;

/**
 * Spans and metrics of the records of calls, for a collector. With `usesTimers` they go out by
 * time; without (Workers), in the seconds after a call.
 */
export function createTracer(
  config: OtelConfig,
  services: TracerServices,
  usesTimers: boolean,
): Tracer {
  const { platform, store, identities } = services;
  const pipeline = createPipeline(config, services, usesTimers);
  const instruments = createInstruments(pipeline.meter);
  const sample = createSampler(config);
  const mintSpanId = () => platform.randomId().slice(SPAN_DIGITS);
  const add = (work: FinishedWork) => pipeline.addSpan(createSpan(work, pipeline.resource));
  const spansWindow = createFlushWindow(
    Math.min(WORKER_SPANS_MS, config.OTEL_BSP_SCHEDULE_DELAY),
    pipeline.flushSpans,
    platform.now,
  );
  const metricsWindow = createFlushWindow(
    Math.min(WORKER_METRICS_MS, config.OTEL_METRIC_EXPORT_INTERVAL),
    pipeline.flushMetrics,
    platform.now,
  );

  function flush(isSampled: boolean): Promise<void> | undefined {
    if (usesTimers) return undefined;
    const spans = isSampled ? spansWindow() : undefined;
    return Promise.all([spans, metricsWindow()]).then(() => {});
  }

  return {
    begin(request, requestId) {
      const parent = readTraceparent(request.headers.get("traceparent"));
      const traceId = parent?.traceId ?? requestId;
      const isSampled = sample(traceId, parent);
      const attempts: TracedAttempt[] = [];
      const spanId = mintSpanId();
      return {
        traceId,
        spanId,
        parentId: parent?.spanId ?? null,
        isSampled,
        method: METHODS.has(request.method) ? request.method : OTHER_METHOD,
        scheme: request.url.startsWith("https:") ? "https" : "http",
        attempts,
        beginAttempt(attempt, startedAt) {
          const own = mintSpanId();
          attempts.push({ attempt, spanId: own, startedAt });
          return writeTraceparent({ traceId, spanId: own, isSampled });
        },
        watch(limiter) {
          if (!isSampled || store === "memory") return limiter;
          const trace = { traceId, spanId };
          return watchLimiter({ limiter, store, trace, mintSpanId, add, now: platform.now });
        },
      };
    },
    record(record) {
      const { trace } = record;
      if (!trace) return undefined;
      instruments.request(callAttributes(record, trace), record.endedAt - record.startedAt);
      instruments.call(record);
      if (trace.isSampled) {
        add(describeRequest(record, trace, identities));
        for (const work of describeAttempts(record, trace)) add(work);
      }
      return flush(trace.isSampled);
    },
    refused({ trace, requestId, route, error, startedAt }) {
      const attributes = requestAttributes(trace, route, error.status, error.code);
      const endedAt = platform.now();
      instruments.request(attributes, endedAt - startedAt);
      if (trace.isSampled)
        add({
          ...trace,
          parentIsRemote: true,
          name: route === undefined ? trace.method : `${trace.method} ${route}`,
          kind: SpanKind.SERVER,
          startedAt,
          endedAt,
          attributes: { ...attributes, "ai_server.request_id": requestId },
          isFailure: error.status >= SERVER_ERROR,
        });
      return flush(trace.isSampled);
    },
    close: pipeline.close,
  };
}
