import Registry from "prom-client/lib/registry.js";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { Platform } from "../platform.ts";
import { createCallMetrics } from "./call-metrics.ts";
import type { CallRecord, Recorder } from "./call-record.ts";
import type { TelemetryConfig } from "./env.ts";
import { createIdentityMetrics } from "./identity-metrics.ts";
import { type MetricSource, registerSource } from "./metric-source.ts";

/** Calls that are counted together: one by one, they would take nearly twice as long. */
const BATCH_CALLS = 256;

export interface MetricsOptions {
  readonly version: string;
  readonly platform: Pick<Platform, "runtime" | "now">;
  readonly identities: TelemetryConfig["METRICS_IDENTITIES"];
}

export interface Metrics {
  /** Counts a finished call. */
  readonly record: Recorder;
  /** Counts a request that was refused before it was a call. */
  refused(code: ErrorCode, route: string | undefined): void;
  /** Adds a figure that another part of the server holds. */
  add(source: MetricSource): void;
  /** The page in Prometheus' text format. */
  page(): Promise<string>;
  readonly contentType: string;
}

/**
 * The server's metrics for Prometheus. Bun and Deno alone have them: prom-client needs Node's
 * modules. Its default metrics stay off, for they mislead there (Bun 1.4.5, Deno 2.9.6): the
 * histogram of garbage collections never gets a sample, and a blocked event loop may look idle
 * (`findings/event-loop-delay-off-node.sh`).
 */
export function createMetrics({ version, platform, identities }: MetricsOptions): Metrics {
  const registry = new Registry();
  const calls = createCallMetrics(registry);
  const identity = createIdentityMetrics(identities, registry);
  const startedAt = platform.now() / 1000;
  const add = (source: MetricSource): void => registerSource(source, registry);

  add({
    name: "ai_server_build_info",
    help: "The version and the runtime of this server.",
    type: "gauge",
    labels: ["version", "runtime"],
    read: () => [{ labels: { version, runtime: platform.runtime }, value: 1 }],
  });
  add({
    name: "ai_server_start_time_seconds",
    help: "When this process started, in seconds since 1970.",
    type: "gauge",
    read: () => [{ value: startedAt }],
  });
  add({
    name: "ai_server_folded_labels_total",
    help: "How often a model or an identity counted under other, to bound the number of series.",
    type: "counter",
    labels: ["label"],
    read: () => [
      { labels: { label: "model" }, value: calls.folded() },
      { labels: { label: "identity" }, value: identity.folded() },
    ],
  });

  let waiting: CallRecord[] = [];

  function count(): void {
    const ended = waiting;
    waiting = [];
    for (const call of ended) {
      calls.record(call);
      identity.record(call);
    }
  }

  return {
    record(call) {
      if (waiting.push(call) === BATCH_CALLS) count();
    },
    refused: calls.refused,
    add,
    page() {
      count();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
