import { describe, expect, test } from "bun:test";
import { createSampler } from "../../../src/otel/create-sampler.ts";
import { readOtelEnv } from "../../../src/otel/env.ts";

/**
 * The share of traces that are kept: without a parent, with one that is kept, and with one that is
 * not.
 */
function shares(environment: Record<string, string>): number[] {
  const sample = createSampler(readOtelEnv(environment));
  return [undefined, true, false].map((isSampled) => {
    let kept = 0;
    for (let at = 0; at < 1000; at++) {
      const traceId = crypto.randomUUID().replaceAll("-", "");
      const parent =
        isSampled === undefined ? null : { traceId, spanId: "00f067aa0ba902b7", isSampled };
      if (sample(traceId, parent)) kept += 1;
    }
    return Math.round(kept / 100) / 10;
  });
}

describe("OTEL_TRACES_SAMPLER", () => {
  test.each([
    [{}, [1, 1, 0]],
    [{ OTEL_TRACES_SAMPLER: "always_on" }, [1, 1, 1]],
    [{ OTEL_TRACES_SAMPLER: "always_off" }, [0, 0, 0]],
    [{ OTEL_TRACES_SAMPLER: "parentbased_always_off" }, [0, 1, 0]],
    [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" }, [0, 0, 0]],
    [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" }, [0, 1, 0]],
    [{ OTEL_TRACES_EXPORTER: "none" }, [0, 0, 0]],
  ])("%p", (environment, expected) => {
    expect(shares(environment)).toEqual(expected);
  });

  test("keeps the share that is asked for", () => {
    const [share = 0] = shares({
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
    });
    expect(share).toBeGreaterThanOrEqual(0.1);
    expect(share).toBeLessThanOrEqual(0.4);
  });
});
