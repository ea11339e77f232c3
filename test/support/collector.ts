import { gunzipSync } from "bun";
import protos from "otlp-protos/build/src/generated/root";
import * as z from "zod";

/** A message type of the official protos, as protobufjs compiles them. */
interface MessageType {
  decode(bytes: Uint8Array): object;
  fromObject(value: object): object;
  /** Null if the object has the fields and types of the message. */
  verify(value: object): string | null;
  toObject(message: object, options: { longs: unknown; enums: unknown }): object;
}

const messageTypeSchema = z.custom<MessageType>(
  (value) => typeof value === "function" && "decode" in value && "verify" in value,
);

function messageType(signal: string, name: string): MessageType {
  let node: unknown = protos;
  for (const part of `opentelemetry.proto.collector.${signal}.v1.${name}`.split("."))
    node = Object.entries(z.looseObject({}).or(z.custom<object>()).parse(node)).find(
      ([key]) => key === part,
    )?.[1];
  return messageTypeSchema.parse(node);
}

const TYPES: Readonly<Record<string, MessageType>> = {
  "/v1/traces": messageType("trace", "ExportTraceServiceRequest"),
  "/v1/metrics": messageType("metrics", "ExportMetricsServiceRequest"),
};

const anyValueSchema = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
  z.object({ intValue: z.string() }).transform(({ intValue }) => Number(intValue)),
  z.object({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
  z
    .object({ arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })) }) })
    .transform(({ arrayValue }) => arrayValue.values.map(({ stringValue }) => stringValue)),
]);
const attributesSchema = z
  .array(z.object({ key: z.string(), value: anyValueSchema }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, value])));
const idSchema = z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString("hex"));
const resourceSchema = z.object({ attributes: attributesSchema });

const spanSchema = z.object({
  traceId: idSchema,
  spanId: idSchema,
  parentSpanId: idSchema.default(""),
  name: z.string(),
  kind: z.string(),
  startTimeUnixNano: z.string().transform(BigInt),
  endTimeUnixNano: z.string().transform(BigInt),
  attributes: attributesSchema,
  status: z.object({ code: z.string().default("STATUS_CODE_UNSET") }).default({
    code: "STATUS_CODE_UNSET",
  }),
});
export type CollectedSpan = z.output<typeof spanSchema>;

const pointSchema = z.object({
  attributes: attributesSchema,
  asDouble: z.number().optional(),
  asInt: z.string().optional(),
  sum: z.number().optional(),
  count: z.string().optional(),
  bucketCounts: z.array(z.string()).optional(),
});
const seriesSchema = z.object({
  dataPoints: z.array(pointSchema).default([]),
  aggregationTemporality: z.string(),
});
const metricSchema = z.object({
  name: z.string(),
  unit: z.string().default(""),
  sum: seriesSchema.optional(),
  histogram: seriesSchema.optional(),
});
export type CollectedMetric = z.output<typeof metricSchema>;

const tracesSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: resourceSchema,
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});
const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({
      resource: resourceSchema,
      scopeMetrics: z.array(z.object({ metrics: z.array(metricSchema) })),
    }),
  ),
});

export interface CollectedRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly bytes: number;
}

/** A collector on loopback that reads OTLP over HTTP by the official protos. */
export interface Collector {
  readonly url: string;
  readonly requests: readonly CollectedRequest[];
  readonly spans: readonly CollectedSpan[];
  readonly metrics: readonly CollectedMetric[];
  /** Attributes of the services that sent something. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  /** Everything that came, as text, to be searched for what must not be in it. */
  said(): string;
  /** Answers the next batches of spans with these statuses. */
  refuse(...statuses: number[]): void;
  reset(): void;
  stop(): Promise<void>;
}

/** OTLP's JSON has ids in hexadecimal, protobuf's own would have them in base64. */
function readJson(text: string): object {
  return JSON.parse(text, (key, value: unknown) =>
    /^(trace|span|parentSpan)Id$/.test(key) && typeof value === "string"
      ? Buffer.from(value, "hex")
      : value,
  );
}

function decode(type: MessageType, body: Uint8Array, isJson: boolean): object {
  let message: object;
  if (isJson) {
    const value = readJson(new TextDecoder().decode(body));
    const fault = type.verify(type.fromObject(value));
    if (fault !== null) throw new Error(fault);
    message = type.fromObject(value);
  } else message = type.decode(body);
  return type.toObject(message, { longs: String, enums: String });
}

export function startCollector(): Collector {
  const requests: CollectedRequest[] = [];
  const spans: CollectedSpan[] = [];
  const metrics: CollectedMetric[] = [];
  const resources: Record<string, unknown>[] = [];
  let said = "";
  let refusals: number[] = [];

  function take(path: string, decoded: object): void {
    said += JSON.stringify(decoded);
    if (path === "/v1/traces")
      for (const { resource, scopeSpans } of tracesSchema.parse(decoded).resourceSpans) {
        resources.push(resource.attributes);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
    else
      for (const { resource, scopeMetrics } of metricsSchema.parse(decoded).resourceMetrics) {
        resources.push(resource.attributes);
        metrics.push(...scopeMetrics.flatMap((scope) => scope.metrics));
      }
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const path = new URL(request.url).pathname;
      const type = TYPES[path];
      if (!type || request.method !== "POST") return new Response(null, { status: 404 });
      const refused = path === "/v1/traces" ? refusals.shift() : undefined;
      if (refused !== undefined) return new Response("no", { status: refused });
      const raw = new Uint8Array(await request.arrayBuffer());
      const body = request.headers.get("content-encoding") === "gzip" ? gunzipSync(raw) : raw;
      requests.push({ path, headers: request.headers, bytes: raw.byteLength });
      const isJson = request.headers.get("content-type") === "application/json";
      take(path, decode(type, body, isJson));
      return isJson
        ? Response.json({})
        : new Response(null, { headers: { "content-type": "application/x-protobuf" } });
    },
    error(error) {
      said += `\nINVALID ${error.message}`;
      return new Response(error.message, { status: 400 });
    },
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    spans,
    metrics,
    resources,
    said: () => said,
    refuse(...statuses) {
      refusals.push(...statuses);
    },
    reset() {
      for (const list of [requests, spans, metrics, resources]) list.length = 0;
      said = "";
      refusals = [];
    },
    stop: () => server.stop(true),
  };
}
