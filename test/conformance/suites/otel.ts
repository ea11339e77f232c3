import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mintTestToken } from "../../support/chat-client.ts";
import { type CollectedSpan, startCollector } from "../../support/collector.ts";
import { hasRedis, startRedis } from "../../support/redis-server.ts";
import { waitForLog } from "../../support/runtimes/runtime.ts";
import { streamMessage } from "../../support/stream-anthropic-message.ts";
import { until } from "../../support/until.ts";
import { jsonAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, PROMPT_CANARY, type Subject } from "../conformance.ts";

const CALLER = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const SAMPLED = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
const KEY_CANARY = "collector-key-canary";
const ANSWER_CANARY = "answer-canary-0b1e7";

const MESSAGE = {
  id: "msg_1",
  type: "message" as const,
  role: "assistant" as const,
  model: "claude-sonnet-5-5",
  content: [{ type: "text" as const, text: ANSWER_CANARY }],
  stop_reason: "end_turn" as const,
  stop_sequence: null,
  usage: {
    input_tokens: 10,
    cache_read_input_tokens: 20,
    cache_creation_input_tokens: 30,
    output_tokens: 5,
  },
};

const CALL = {
  model: "claude/claude-sonnet-5-5",
  max_tokens: 100,
  messages: [{ role: "user", content: `Say ${PROMPT_CANARY}` }],
};

/** Spans and metrics for a collector, and traces that go through. */
export function describeOtel({ runtime, upstream, start }: Conformance): void {
  describe("OpenTelemetry", () => {
    const collector = startCollector();
    let subject: Subject;
    beforeAll(async () => {
      subject = await start({
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
        OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${KEY_CANARY},x-other=a%20b`,
        OTEL_SERVICE_NAME: "ai-under-test",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_METRIC_EXPORT_INTERVAL: "200",
        RETRY_MAX: "1",
      });
    });
    afterEach(() => {
      upstream.reset();
      collector.reset();
    });
    afterAll(() => collector.stop());

    async function collected(count: number): Promise<CollectedSpan[]> {
      await until(`the collector has ${count} spans`, () => collector.spans.length >= count);
      return [...collector.spans];
    }

    function find(spans: readonly CollectedSpan[], name: string): CollectedSpan {
      const found = spans.find((span) => span.name === name);
      if (!found) throw new Error(`no ${name} among ${spans.map((span) => span.name)}`);
      return found;
    }

    test("a call is a span of the caller's trace, and the vendor's parent is the attempt", async () => {
      upstream.enqueue(jsonAnswer(MESSAGE));
      const answer = await subject.client.chat(CALL, { headers: { traceparent: SAMPLED } });
      expect(answer.status).toBe(200);
      const spans = await collected(2);
      const request = find(spans, "POST /chat");
      expect(request).toMatchObject({
        traceId: CALLER.traceId,
        parentSpanId: CALLER.spanId,
        kind: "SPAN_KIND_SERVER",
        status: { code: "STATUS_CODE_UNSET" },
        attributes: {
          "http.request.method": "POST",
          "http.route": "/chat",
          "http.response.status_code": 200,
          "ai_server.dialect": "chat",
          "ai_server.request_id": answer.headers.get("x-request-id"),
        },
      });
      const attempt = find(spans, "chat claude-sonnet-5-5");
      expect(attempt).toMatchObject({
        traceId: CALLER.traceId,
        parentSpanId: request.spanId,
        kind: "SPAN_KIND_CLIENT",
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "anthropic",
          "gen_ai.system": "anthropic",
          "gen_ai.request.model": "claude-sonnet-5-5",
          "gen_ai.response.model": "claude-sonnet-5-5",
          "gen_ai.response.finish_reasons": ["stop"],
          "gen_ai.request.stream": false,
          "gen_ai.usage.input_tokens": 60,
          "gen_ai.usage.output_tokens": 5,
          "gen_ai.usage.cache_read.input_tokens": 20,
          "gen_ai.usage.cache_write.input_tokens": 30,
          "gen_ai.usage.cache_creation.input_tokens": 30,
          "gen_ai.usage.cost": expect.any(Number),
        },
      });
      const [sent] = upstream.requests;
      expect(sent?.headers.get("traceparent")).toBe(`00-${CALLER.traceId}-${attempt.spanId}-01`);
      expect(request.startTimeUnixNano).toBeLessThanOrEqual(attempt.startTimeUnixNano);
      expect(attempt.endTimeUnixNano).toBeLessThanOrEqual(request.endTimeUnixNano);
      expect(collector.resources[0]).toMatchObject({
        "service.name": "ai-under-test",
        "deployment.environment.name": "test",
        "process.runtime.name": runtime,
      });
      expect(collector.requests[0]?.headers.get("x-other")).toBe("a b");
      expect(await waitForLog(subject.server, CALLER.traceId)).toContain(CALLER.traceId);
    });

    test("a stream tells of its first content, and the request ends with it", async () => {
      upstream.enqueue(sseAnswer(streamMessage(MESSAGE), { pauseMs: 20 }));
      await subject.client.chat({ ...CALL, stream: true });
      const spans = await collected(2);
      const attempt = find(spans, "chat claude-sonnet-5-5");
      expect(attempt.attributes).toMatchObject({
        "gen_ai.request.stream": true,
        "gen_ai.response.time_to_first_chunk": expect.any(Number),
        "gen_ai.usage.output_tokens": 5,
      });
      const request = find(spans, "POST /chat");
      expect(Number(request.endTimeUnixNano - request.startTimeUnixNano)).toBeGreaterThan(1e8);
    });

    test("each attempt has its own span; a new trace has the request's id", async () => {
      upstream.enqueue(jsonAnswer({}, { status: 529 }), jsonAnswer(MESSAGE));
      const answer = await subject.client.chat(CALL);
      expect(answer.status).toBe(200);
      const spans = await collected(3);
      const requestId = answer.headers.get("x-request-id");
      expect(spans.map(({ traceId }) => traceId)).toEqual(spans.map(() => String(requestId)));
      expect(find(spans, "POST /chat").parentSpanId).toBe("");
      const attempts = spans.filter(({ name }) => name.startsWith("chat "));
      expect(attempts.map(({ status }) => status.code)).toEqual([
        "STATUS_CODE_ERROR",
        "STATUS_CODE_UNSET",
      ]);
      expect(attempts[0]?.attributes["error.type"]).toBe("provider_overloaded");
      expect(upstream.requests.map(({ headers }) => headers.get("traceparent"))).toEqual(
        attempts.map(({ spanId }) => `00-${requestId}-${spanId}-01`),
      );
    });

    test("a call that fails has the type of its error", async () => {
      upstream.enqueue(jsonAnswer({ type: "error", error: { type: "x" } }, { status: 401 }));
      const answer = await subject.client.chat(CALL);
      const spans = await collected(2);
      expect(find(spans, "POST /chat")).toMatchObject({
        status: { code: "STATUS_CODE_ERROR" },
        attributes: {
          "http.response.status_code": answer.status,
          "error.type": "provider_auth",
        },
      });
    });

    test("a refused request is a span too", async () => {
      await subject.client.chat(CALL, { token: null, headers: { traceparent: SAMPLED } });
      await subject.client.send("/nowhere-canary", { method: "PURGE" });
      const spans = await collected(2);
      expect(find(spans, "POST /chat")).toMatchObject({
        traceId: CALLER.traceId,
        attributes: {
          "http.response.status_code": 401,
          "error.type": "caller_unauthenticated",
        },
      });
      // Callers could make up any number of paths and methods.
      expect(find(spans, "_OTHER").attributes).toEqual({
        "http.request.method": "_OTHER",
        "url.scheme": "http",
        "http.response.status_code": 404,
        "error.type": "caller_not_found",
        "ai_server.request_id": expect.any(String),
      });
    });

    test("the caller decides whether its trace is kept, and vendors are told", async () => {
      upstream.enqueue(jsonAnswer(MESSAGE), jsonAnswer(MESSAGE));
      const flag = (flags: string) => `00-${CALLER.traceId}-${CALLER.spanId}-${flags}`;
      await subject.client.chat(CALL, { headers: { traceparent: flag("00") } });
      await subject.client.chat(CALL, { headers: { traceparent: `${flag("01")}-x` } });
      const spans = await collected(2);
      const headers = upstream.requests.map((sent) => sent.headers.get("traceparent") ?? "");
      expect(headers[0]).toMatch(new RegExp(`^00-${CALLER.traceId}-[0-9a-f]{16}-00$`));
      // Not a valid header: a new trace.
      expect(headers[1]).toContain(`00-${find(spans, "POST /chat").traceId}-`);
      expect(spans.map(({ traceId }) => traceId)).not.toContain(CALLER.traceId);
    });

    test("metrics have the names of the conventions", async () => {
      upstream.enqueue(jsonAnswer(MESSAGE), sseAnswer(streamMessage(MESSAGE)));
      await subject.client.chat(CALL);
      await subject.client.chat({ ...CALL, stream: true });
      // So that they do not come while the next test waits for its own.
      await collected(4);
      const named = (name: string) => collector.metrics.filter((metric) => metric.name === name);
      await until("the metrics are there", () => {
        const points = named("gen_ai.client.token.usage").flatMap(
          ({ histogram }) => histogram?.dataPoints ?? [],
        );
        return (
          points.length >= 2 && named("gen_ai.client.operation.time_to_first_chunk").length > 0
        );
      });
      const temporality = `AGGREGATION_TEMPORALITY_${runtime === "workers" ? "DELTA" : "CUMULATIVE"}`;
      for (const name of [
        "http.server.request.duration",
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
        "gen_ai.server.time_to_first_token",
      ])
        expect([name, named(name)[0]?.histogram?.aggregationTemporality]).toEqual([
          name,
          temporality,
        ]);
      expect(named("ai_server.cost")[0]?.sum?.dataPoints[0]?.attributes).toEqual({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.system": "anthropic",
        "gen_ai.request.model": "claude-sonnet-5-5",
      });
    });

    test("no prompt, answer or secret goes to the collector, nor its key to a log", async () => {
      upstream.enqueue(jsonAnswer({ error: { message: ANSWER_CANARY } }, { status: 400 }));
      upstream.enqueue(jsonAnswer(MESSAGE));
      await subject.client.chat(CALL);
      await subject.client.chat(CALL);
      await collected(4);
      const said = collector.said();
      expect(said).toContain("claude-sonnet-5-5");
      for (const secret of [PROMPT_CANARY, ANSWER_CANARY, "jwt-canary", "sk-ant-api03", "tester"])
        expect(said).not.toContain(secret);
      expect(said).not.toContain("INVALID");
      expect(subject.server.logs()).not.toContain(KEY_CANARY);
    });

    // A Worker has a Durable Object in its place, whose limiter is the same.
    if (runtime !== "workers")
      test.skipIf(!hasRedis)(
        "the work of the store is a part of the trace (needs redis)",
        async () => {
          const redis = await startRedis();
          const shared = await start({
            OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
            OTEL_BSP_SCHEDULE_DELAY: "50",
            REDIS_URL: redis.url,
          });
          const limits = [{ per: "subject", requests: 5, window: "1m" }];
          const token = await mintTestToken({ ai: { limits } });
          upstream.enqueue(jsonAnswer(MESSAGE));
          expect((await shared.client.chat(CALL, { token })).status).toBe(200);
          const spans = await collected(4);
          const request = find(spans, "POST /chat");
          for (const name of ["limits reserve", "limits settle"])
            expect(find(spans, name)).toMatchObject({
              traceId: request.traceId,
              parentSpanId: request.spanId,
              attributes: { "db.system.name": "redis" },
            });
          await shared.server.stop();
          await redis.stop();
        },
      );

    test("a collector that is away for a moment loses nothing", async () => {
      collector.refuse(503);
      upstream.enqueue(jsonAnswer(MESSAGE));
      await subject.client.chat(CALL);
      expect(await collected(2)).toHaveLength(2);
    });

    test("a collector that refuses is logged, and calls go on", async () => {
      const other = startCollector();
      const failing = await start({
        OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_METRICS_EXPORTER: "none",
        METRICS_IDENTITIES: "subject",
      });
      other.refuse(403);
      upstream.enqueue(jsonAnswer(MESSAGE), jsonAnswer(MESSAGE));
      expect((await failing.client.chat(CALL)).status).toBe(200);
      expect(await waitForLog(failing.server, '"state":"failing"')).toContain('"status_403"');
      expect((await failing.client.chat(CALL)).status).toBe(200);
      await until("the second call is there", () => other.spans.length >= 2);
      // By JSON, and with the caller's name, because this operator wants it.
      expect(find(other.spans, "POST /chat").attributes["user.id"]).toBe("tester");
      expect(await waitForLog(failing.server, '"state":"ok"')).toContain('"state":"ok"');
      expect(other.metrics).toEqual([]);
      await other.stop();
    });
  });
}
