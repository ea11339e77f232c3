import { DiagLogLevel, diag, type Meter } from "@opentelemetry/api";
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, type ReadableSpan } from "@opentelemetry/sdk-trace";
import type { TracerServices } from "../telemetry/tracer.ts";
import { VERSION } from "../version.ts";
import type { OtelConfig } from "./env.ts";
import { createOtlpSender } from "./otlp-sender.ts";
import { createPushReader } from "./push-reader.ts";

/** Where spans and metrics go. */
export interface Pipeline {
  readonly resource: Resource;
  readonly meter: Meter;
  addSpan(span: ReadableSpan): void;
  /** Sends what waits now. It never rejects. */
  flushSpans(): Promise<void>;
  flushMetrics(): Promise<void>;
  /** Sends what waits, and ends. It never rejects. */
  close(): Promise<void>;
}

/** Spans of one batch may wait this long for a flush, if no timer may send them (Workers). */
const NEVER_MS = 2 ** 31 - 1;

/** With `usesTimers`, batches are sent by time; without, only when they are flushed. */
export function createPipeline(
  config: OtelConfig,
  { platform, log }: Pick<TracerServices, "platform" | "log">,
  usesTimers: boolean,
): Pipeline {
  const isJson = config.OTEL_EXPORTER_OTLP_PROTOCOL === "http/json";
  const base = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  // What it says: how many spans were dropped.
  diag.setLogger(
    {
      warn: (message) => log("warn", "otel", { reason: message }),
      error() {},
      info() {},
      debug() {},
      verbose() {},
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );

  /** Logs when sending begins to fail, and when it works again. */
  function createSend(signal: "traces" | "metrics", own: string | undefined) {
    const sendOtlp = createOtlpSender({
      fetch: platform.fetch,
      now: platform.now,
      url: own ?? `${base}/v1/${signal}`,
      headers: config.OTEL_EXPORTER_OTLP_HEADERS ?? {},
      contentType: isJson ? "application/json" : "application/x-protobuf",
      timeoutMs: config.OTEL_EXPORTER_OTLP_TIMEOUT,
    });
    let isFailing = false;
    return async (body: Uint8Array | undefined): Promise<void> => {
      if (!body) return;
      try {
        await sendOtlp(new Uint8Array(body));
        if (isFailing) log("info", "otel", { signal, state: "ok" });
        isFailing = false;
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : "unknown";
        if (!isFailing) log("error", "otel", { signal, state: "failing", reason });
        isFailing = true;
      }
    };
  }

  const traceSerializer = isJson ? JsonTraceSerializer : ProtobufTraceSerializer;
  const metricsSerializer = isJson ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  const sendSpans = createSend("traces", config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  const sendMetrics = createSend("metrics", config.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT);

  const resource = resourceFromAttributes({
    "service.version": VERSION,
    "service.instance.id": platform.randomId(),
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.sdk.language": "webjs",
    "process.runtime.name": platform.runtime,
    "service.name": "ai-server",
    ...config.OTEL_RESOURCE_ATTRIBUTES,
    ...(config.OTEL_SERVICE_NAME ? { "service.name": config.OTEL_SERVICE_NAME } : {}),
  });
  const spans = new BatchSpanProcessor({
    exporter: {
      export(batch, done) {
        // A batch that could not be sent is lost; the log says so, and nothing waits for it.
        sendSpans(traceSerializer.serializeRequest(batch)).then(() => done({ code: 0 }));
      },
      shutdown: () => Promise.resolve(),
    },
    maxQueueSize: config.OTEL_BSP_MAX_QUEUE_SIZE,
    maxExportBatchSize: usesTimers
      ? config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE
      : config.OTEL_BSP_MAX_QUEUE_SIZE,
    scheduledDelayMillis: usesTimers ? config.OTEL_BSP_SCHEDULE_DELAY : NEVER_MS,
  });
  const reader = createPushReader(
    config.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE ??
      (usesTimers ? "cumulative" : "delta"),
    (collected) => sendMetrics(metricsSerializer.serializeRequest(collected)),
  );
  const hasMetrics = config.OTEL_METRICS_EXPORTER !== "none";
  const provider = new MeterProvider({ resource, readers: hasMetrics ? [reader] : [] });
  const ignore = () => {};
  const flushMetrics = () => provider.forceFlush().catch(ignore);
  const timer =
    usesTimers && hasMetrics
      ? setInterval(flushMetrics, config.OTEL_METRIC_EXPORT_INTERVAL)
      : undefined;

  return {
    resource,
    meter: provider.getMeter("ai-server", VERSION),
    addSpan: (span) => spans.onEnd(span),
    flushSpans: () => spans.forceFlush().catch(ignore),
    flushMetrics,
    async close() {
      clearInterval(timer);
      await Promise.all([spans.shutdown().catch(ignore), provider.shutdown().catch(ignore)]);
    },
  };
}
