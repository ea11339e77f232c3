import { afterEach, describe, expect, test } from "bun:test";
import { waitForLog } from "../../support/runtimes/runtime.ts";
import { jsonAnswer, rawAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, PROMPT_CANARY } from "../conformance.ts";

/**
 * In a vendor's error body, which may be about the operator's account. It must not reach the log,
 * and it reaches the caller only if it is about the request.
 */
const TEXT = "upstream-text-77";
/** Some vendors repeat the key in their errors. */
const KEY = "sk-ant-api03-echoed0123";

function anthropicError(type: string, extra: Record<string, unknown> = {}) {
  return {
    type: "error",
    error: { type, message: `${TEXT} ${KEY}`, ...extra },
    request_id: "req_vendor",
  };
}

/**
 * An upstream that fails before it begins to answer: the caller gets the true status, asked for a
 * stream or not.
 */
export function describeFailures({ runtime, upstream, main, start }: Conformance): void {
  const request = { provider: "claude", messages: [{ role: "user", content: PROMPT_CANARY }] };

  describe("failures of the upstream", () => {
    afterEach(() => upstream.reset());

    test(`a connection that dies before the answer is asked ${
      runtime === "deno" ? "once, or once more by Deno itself" : "once"
    } if retries are off`, async () => {
      // The first call leaves a connection behind that is used again.
      for (const answer of [jsonAnswer({}, { status: 500 }), rawAnswer("", "cut")]) {
        upstream.reset();
        upstream.respond = () => answer;
        expect((await main.client.chat(request)).status).toBe(502);
        expect(upstream.requests.length).toBeLessThanOrEqual(runtime === "deno" ? 2 : 1);
      }
    });

    const cases: [
      status: number,
      type: string,
      expected: { status: number; code: string; retryable?: boolean },
    ][] = [
      [400, "invalid_request_error", { status: 400, code: "upstream_rejected", retryable: false }],
      [401, "authentication_error", { status: 502, code: "upstream_auth", retryable: false }],
      [402, "billing_error", { status: 502, code: "upstream_billing", retryable: false }],
      [403, "permission_error", { status: 502, code: "upstream_auth", retryable: false }],
      [404, "not_found_error", { status: 404, code: "model_not_found", retryable: false }],
      [413, "request_too_large", { status: 413, code: "request_too_large", retryable: false }],
      [429, "rate_limit_error", { status: 429, code: "upstream_rate_limited", retryable: true }],
      [500, "api_error", { status: 502, code: "upstream_error", retryable: true }],
      [503, "api_error", { status: 503, code: "upstream_overloaded", retryable: true }],
      [504, "timeout_error", { status: 504, code: "upstream_timeout", retryable: true }],
      [529, "overloaded_error", { status: 503, code: "upstream_overloaded", retryable: true }],
    ];
    test.each(cases)("%d %s", async (status, type, expected) => {
      for (const stream of [false, true]) {
        upstream.enqueue(
          jsonAnswer(anthropicError(type), { status, headers: { "request-id": "req_vendor" } }),
        );
        const answer = await main.client.chat({ ...request, stream });
        expect(answer.status).toBe(expected.status);
        const { code, retryable, upstream: told } = answer.error();
        expect({ code, retryable }).toEqual({
          code: expected.code,
          retryable: expected.retryable ?? false,
        });
        expect(told).toEqual({ status, code: type, request_id: "req_vendor" });
        expect(answer.text.includes(TEXT)).toBe([400, 404, 413].includes(status));
        expect(answer.text).not.toContain(KEY);
        const logs = await waitForLog(main.server, answer.error().request_id);
        expect(logs).toContain(answer.error().request_id);
        expect(logs).not.toContain(TEXT);
      }
    });

    test.each([
      ["of three seconds", (): string => "3", 3, 3],
      ["of a day", (): string => "86400", 3600, 3600],
      ["of a date", (): string => new Date(Date.now() + 60_000).toUTCString(), 30, 60],
    ] as const)(
      "a retry-after %s is passed on, within an hour",
      async (_name, write, least, most) => {
        const value = write();
        upstream.enqueue(
          jsonAnswer(anthropicError("rate_limit_error"), {
            status: 429,
            headers: { "retry-after": value },
          }),
        );
        const answer = await main.client.chat(request);
        expect(answer.status).toBe(429);
        const told = Number(answer.headers.get("retry-after"));
        expect(told).toBeGreaterThanOrEqual(least);
        expect(told).toBeLessThanOrEqual(most);
        expect(answer.error().retry_after).toBe(told);
      },
    );

    test("retries do not multiply: clients are told when the server's own are used up", async () => {
      const { client } = await start({ RETRY_MAX: "1" });
      const overloaded = jsonAnswer(anthropicError("overloaded_error"), { status: 529 });
      upstream.respond = () => overloaded;
      const first = await client.chat(request);
      expect([first.status, first.headers.get("x-should-retry")]).toEqual([503, "false"]);
      expect(upstream.requests).toHaveLength(2);

      // What a client repeats by itself is not repeated once more.
      upstream.reset();
      upstream.respond = () => overloaded;
      const repeated = await client.chat(request, {
        headers: { "x-stainless-retry-count": "1" },
      });
      expect([repeated.status, repeated.headers.get("x-should-retry")]).toEqual([503, "true"]);
      expect(upstream.requests).toHaveLength(1);
      upstream.reset();
    });

    test("a spending limit is a quota that is used up", async () => {
      const error = anthropicError("rate_limit_error", {
        details: { error_code: "enforced_spend_limit_reached" },
      });
      upstream.enqueue(jsonAnswer(error, { status: 429 }));
      const answer = await main.client.chat(request);
      expect(answer.error()).toMatchObject({ code: "upstream_quota_exhausted", retryable: false });
    });

    test("a page of HTML with an error status does not go out", async () => {
      upstream.enqueue(
        jsonAnswer(`<html>${TEXT}</html>`, {
          status: 502,
          headers: { "content-type": "text/html" },
        }),
      );
      const answer = await main.client.chat(request);
      expect(answer.status).toBe(502);
      expect(answer.error().code).toBe("upstream_error");
      expect(answer.text).not.toContain(TEXT);
    });

    test("what is not HTTP is not an answer", async () => {
      upstream.enqueue(rawAnswer("SSH-2.0-OpenSSH_9.6\r\n"));
      const answer = await main.client.chat(request);
      expect(answer.status).toBe(502);
      expect(answer.error().code).toMatch(/^upstream_(invalid_response|unavailable|disconnected)$/);
    });

    test("a redirect is not followed", async () => {
      upstream.enqueue(
        jsonAnswer({}, { status: 307, headers: { location: `${upstream.url}/elsewhere` } }),
      );
      const answer = await main.client.chat(request);
      expect(answer.status).toBe(502);
      expect(upstream.requests.map(({ url }) => url)).not.toContain("/elsewhere");
    });

    test("an error in the stream before its first content has its true status", async () => {
      upstream.enqueue(
        sseAnswer(`event: error\ndata: ${JSON.stringify(anthropicError("overloaded_error"))}\n\n`),
      );
      const answer = await main.client.chat({ ...request, stream: true });
      expect(answer.status).toBe(503);
      expect(answer.error()).toMatchObject({ code: "upstream_overloaded", retryable: true });
    });

    test("a closed port is an upstream that cannot be reached", async () => {
      const { client } = await start({ ANTHROPIC_BASE_URL: "http://127.0.0.1:1" });
      for (const stream of [false, true]) {
        const answer = await client.chat({ ...request, stream });
        expect(answer.status).toBe(502);
        expect(answer.error()).toMatchObject({ code: "upstream_unavailable", retryable: true });
      }
    });

    test("a temporary failure is retried before the caller hears of it", async () => {
      const { client } = await start({ RETRY_MAX: "2" });
      upstream.enqueue(
        jsonAnswer(anthropicError("overloaded_error"), { status: 529 }),
        jsonAnswer(anthropicError("api_error"), { status: 500 }),
        jsonAnswer({
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "claude-sonnet-5-5",
          content: [{ type: "text", text: "at last" }],
          stop_reason: "end_turn",
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        }),
      );
      const answer = await client.chat(request);
      expect(answer.status).toBe(200);
      expect(answer.json()).toMatchObject({
        text: "at last",
        attempts: [
          { outcome: "upstream_overloaded" },
          { outcome: "upstream_error" },
          { outcome: "ok" },
        ],
      });
      expect(upstream.requests.length).toBe(3);
    });
  });
}
