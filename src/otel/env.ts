import "../errors/schema-messages.ts";
import * as z from "zod/mini";
import { baseUrlSchema } from "../env/base-url.ts";
import { ConfigError } from "../env/config-error.ts";
import { wholeNumber } from "../env/whole-number.ts";

const SECOND = 1000;

/** `name=value,name=value`, percent-encoded, as in the W3C's Baggage. */
const pairs = z.pipe(
  z.string(),
  z.transform((text, context): Record<string, string> => {
    const found: Record<string, string> = {};
    for (const pair of text.split(",")) {
      if (pair.trim() === "") continue;
      const at = pair.indexOf("=");
      const name = pair.slice(0, Math.max(at, 0)).trim();
      const value = decode(pair.slice(at + 1).trim());
      if (name === "" || value === undefined) {
        context.issues.push({
          code: "custom",
          input: text,
          message: "must be name=value pairs, separated by commas and percent-encoded",
        });
        return z.NEVER;
      }
      found[name] = value;
    }
    return found;
  }),
);

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const exporter = (signal: string) =>
  z
    .optional(z.enum(["otlp", "none"]))
    .check(
      z.describe(
        `\`none\`: no ${signal} are sent. \`otlp\` alone turns them on too, for a collector on this machine.`,
      ),
    );

/**
 * OpenTelemetry's own variables
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/), those that
 * apply here.
 */
export const otelEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    ._default(baseUrlSchema, "http://localhost:4318")
    .check(
      z.describe(
        "The collector to which spans and metrics are sent, by OTLP over HTTP; `/v1/traces` and `/v1/metrics` are appended. Nothing is sent, and nothing of it loaded, until this or one of the next two is set.",
      ),
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z
    .optional(baseUrlSchema)
    .check(z.describe("The whole URL for spans, if it is another.")),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z
    .optional(baseUrlSchema)
    .check(z.describe("The whole URL for metrics, if it is another.")),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .optional(pairs)
    .check(
      z.describe(
        "Headers for the collector, as `name=value,name=value`, percent-encoded; keys belong here.",
      ),
    ),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    ._default(z.enum(["http/protobuf", "http/json"]), "http/protobuf")
    .check(z.describe("How they are written.")),
  OTEL_EXPORTER_OTLP_TIMEOUT: wholeNumber(100, 60 * SECOND, 10 * SECOND).check(
    z.describe("How long the collector may take for one batch, retries included, in milliseconds."),
  ),
  OTEL_SDK_DISABLED: z
    ._default(z.enum(["true", "false"]), "false")
    .check(z.describe("`true` turns all of it off.")),
  OTEL_SERVICE_NAME: z
    .optional(z.string())
    .check(z.describe("The name of this service: `ai-server`, if unset.")),
  OTEL_RESOURCE_ATTRIBUTES: z
    .optional(pairs)
    .check(z.describe("More about this service, as `deployment.environment.name=production,…`.")),
  OTEL_TRACES_EXPORTER: exporter("spans"),
  OTEL_METRICS_EXPORTER: exporter("metrics"),
  OTEL_TRACES_SAMPLER: z
    ._default(
      z.enum([
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
        "always_on",
        "always_off",
        "traceidratio",
      ]),
      "parentbased_always_on",
    )
    .check(
      z.describe(
        "Which traces are kept. `parentbased`: as the caller's `traceparent` says, if any.",
      ),
    ),
  OTEL_TRACES_SAMPLER_ARG: z
    ._default(
      z.pipe(
        z.string().check(z.regex(/^(0|1|0?\.\d{1,9}|1\.0*)$/, "must be a number from 0 to 1")),
        z.transform(Number),
      ),
      1,
    )
    .check(z.describe("The share that `traceidratio` keeps, from 0 to 1.")),
  OTEL_BSP_SCHEDULE_DELAY: wholeNumber(10, 60 * SECOND, 5 * SECOND).check(
    z.describe(
      "How long spans wait for others before they are sent, in milliseconds (on Workers at most 1,000).",
    ),
  ),
  OTEL_BSP_MAX_QUEUE_SIZE: wholeNumber(1, 100_000, 2048).check(
    z.describe("Spans that may wait; further ones are dropped."),
  ),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: wholeNumber(1, 10_000, 512).check(
    z.describe("Spans of one batch."),
  ),
  OTEL_METRIC_EXPORT_INTERVAL: wholeNumber(100, 3600 * SECOND, 60 * SECOND).check(
    z.describe("Between two reports of the metrics, in milliseconds (on Workers at most 10,000)."),
  ),
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: z
    .optional(z.enum(["cumulative", "delta"]))
    .check(
      z.describe(
        "Whether a report counts from the start or from the last report. Default: `cumulative`; on Workers `delta`, because their isolates come and go.",
      ),
    ),
};

const schema = z.object(otelEnv);
export type OtelConfig = z.output<typeof schema>;

/** Throws a ConfigError that names the variable. */
export function readOtelEnv(env: Readonly<Record<string, string>>): OtelConfig {
  const result = schema.safeParse(env, {
    error: (issue) =>
      issue.code === "invalid_value" ? `must be one of ${issue.values.join(", ")}` : null,
  });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ConfigError(String(issue?.path[0] ?? "OTEL"), issue?.message ?? "is not valid");
}
