import { describe, expect, test } from "bun:test";
import { readOtelEnv } from "../../../src/otel/env.ts";
import { loadTracer, wantsTracer } from "../../../src/runtimes/load-tracer.ts";

describe("OpenTelemetry's variables", () => {
  test("have the defaults of the specification", () => {
    expect(readOtelEnv({})).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_TIMEOUT: 10_000,
      OTEL_TRACES_SAMPLER: "parentbased_always_on",
      OTEL_BSP_SCHEDULE_DELAY: 5000,
      OTEL_METRIC_EXPORT_INTERVAL: 60_000,
    });
  });

  test("have pairs, percent-encoded", () => {
    const read = readOtelEnv({
      OTEL_EXPORTER_OTLP_HEADERS: " authorization=Basic%20YTpi , x=1=2,",
    });
    expect(read.OTEL_EXPORTER_OTLP_HEADERS).toEqual({ authorization: "Basic YTpi", x: "1=2" });
  });

  test.each([
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "must be one of http/protobuf, http/json"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "must be an http or https URL"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "secret-without-name", "must be name=value pairs"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "x=%E0%A4%A", "must be name=value pairs"],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote", "must be one of"],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5", "must be a number from 0 to 1"],
    ["OTEL_BSP_SCHEDULE_DELAY", "5s", "must be a whole number"],
  ])("%s=%s stops the start, and its value is not told", async (name, value, problem) => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318", [name]: value };
    const fault = await loadTracer(environment, true).then(String, String);
    expect(fault).toStartWith(`ConfigError: ${name} ${problem}`);
    if (name.endsWith("HEADERS")) expect(fault).not.toContain(value);
  });

  test("turn it on by an endpoint or an exporter, and off", () => {
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
    expect(wantsTracer({})).toBe(false);
    expect(wantsTracer({ OTEL_SERVICE_NAME: "x" })).toBe(false);
    expect(wantsTracer(on)).toBe(true);
    expect(wantsTracer({ OTEL_TRACES_EXPORTER: "otlp" })).toBe(true);
    expect(wantsTracer({ OTEL_METRICS_EXPORTER: "none" })).toBe(false);
    expect(wantsTracer({ ...on, OTEL_SDK_DISABLED: "true" })).toBe(false);
  });
});
