import type { Env } from "../config.ts";
import type { CreateTracer } from "../telemetry/tracer.ts";

/** Any of these turns OpenTelemetry on. */
const ENDPOINTS = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
] as const;
const EXPORTERS = ["OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER"] as const;

/** Whether the environment asks for OpenTelemetry. */
export function wantsTracer(env: Env): boolean {
  const isSet =
    ENDPOINTS.some((name) => env[name] !== undefined) ||
    EXPORTERS.some((name) => env[name] === "otlp");
  return isSet && env.OTEL_SDK_DISABLED !== "true";
}

/**
 * OpenTelemetry, if the environment asks for it: otherwise its packages are not even loaded, for
 * that would take as long as the rest of the start. `usesTimers`: whether it may send later by
 * itself, as it cannot on Workers. Rejects with a ConfigError.
 */
export async function loadTracer(env: Env, usesTimers: boolean): Promise<CreateTracer | undefined> {
  if (!wantsTracer(env)) return undefined;
  const { createTracer } = await import("../otel/create-tracer.ts");
  const { readOtelEnv } = await import("../otel/env.ts");
  const config = readOtelEnv(env);
  return (services) => createTracer(config, services, usesTimers);
}
