import { describe, expect, test } from "bun:test";
import { doneSchema } from "../../../src/dialects/chat/event.ts";
import { chatResponseSchema } from "../../../src/dialects/chat/response.ts";
import { readFailure, summarizeResponse, summarizeStream } from "../../support/summarize-answer.ts";
import { type Conformance, PROMPT_CANARY } from "../conformance.ts";

const TEXT = `Hello, ${PROMPT_CANARY} 🎉 wörld`;
const WEATHER_TOOL = {
  name: "get_weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** The provider that needs no network, by which the whole way through the server is seen. */
export function describeEcho({ main: { client } }: Conformance): void {
  describe("echo", () => {
    test("the plainest call, as Elixir sends it, is answered", async () => {
      const body = { provider: "echo", messages: [{ role: "user", content: TEXT }], model: null };
      const answer = await client.chat(body);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("application/json");
      const response = chatResponseSchema.parse(answer.json());
      expect(response).toMatchObject({
        provider: "echo",
        model: "echo",
        text: TEXT,
        finish_reason: "stop",
        usage_complete: true,
      });
      expect(response.request_id).toBe(answer.headers.get("x-request-id") ?? "none");
    });

    for (const [name, options, body] of [
      ["stream: true", {}, { stream: true }],
      ["accept: text/event-stream", { headers: { accept: "text/event-stream" } }, {}],
    ] as const) {
      test(`${name} gives the same answer as a stream`, async () => {
        const request = { provider: "echo", messages: [{ role: "user", content: TEXT }] };
        const whole = summarizeResponse((await client.chat(request)).json());
        const answer = await client.chat({ ...request, ...body }, options);
        expect(answer.status).toBe(200);
        expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
        expect(answer.headers.get("cache-control")).toBe("no-store");
        const stream = answer.stream();
        expect(summarizeStream(stream)).toEqual(whole);
        const done = doneSchema.parse(stream.events[stream.events.length - 1]?.data);
        expect(done).toMatchObject({ complete: true, usage_complete: true, provider: "echo" });
      });
    }

    test("a tool is called, and its result answered, whole and streamed", async () => {
      const messages: unknown[] = [{ role: "user", content: TEXT }];
      const request = {
        provider: "echo",
        messages,
        tools: [WEATHER_TOOL],
        tool_choice: "required",
      };
      const first = await client.chat(request);
      const called = summarizeResponse(first.json());
      expect(called.finish_reason).toBe("tool_calls");
      expect(called.tool_calls).toEqual([
        { id: expect.any(String), name: "get_weather", arguments: { city: expect.any(String) } },
      ]);
      const streamed = summarizeStream((await client.chat({ ...request, stream: true })).stream());
      expect(streamed.tool_calls.map(({ name }) => name)).toEqual(["get_weather"]);

      // The answer goes back as it came, with the result after it: Elixir's `messages ++ [response,
      // result]`.
      messages.push(first.json(), {
        role: "tool",
        tool_call_id: called.tool_calls[0]?.id,
        content: "sunny",
      });
      const second = await client.chat({ provider: "echo", messages, tools: [WEATHER_TOOL] });
      expect(second.status).toBe(200);
      expect(summarizeResponse(second.json())).toMatchObject({
        finish_reason: "stop",
        text: expect.stringContaining("sunny"),
      });
    });

    test("a parameter that cannot be taken is a warning, or an error in strict mode", async () => {
      const request = {
        provider: "echo",
        messages: [{ role: "user", content: "hi" }],
        temperature: 1,
      };
      const { warnings } = chatResponseSchema.parse((await client.chat(request)).json());
      expect(warnings).toEqual([
        { code: "unsupported_parameter", param: "temperature", message: expect.any(String) },
      ]);
      const strict = await client.chat({ ...request, strict: true });
      expect(strict.status).toBe(400);
      expect(strict.error()).toMatchObject({ code: "unsupported_parameter", param: "temperature" });
    });

    for (const [code, status] of [
      ["upstream_overloaded", 503],
      ["upstream_rate_limited", 429],
      ["upstream_auth", 502],
      ["upstream_timeout", 504],
      ["internal_error", 500],
    ] as const) {
      test(`echo-fail-${code} has its true status, asked for a stream too`, async () => {
        const request = {
          provider: "echo",
          model: `echo-fail-${code}`,
          messages: [{ role: "user", content: "hi" }],
        };
        for (const answer of [
          await client.chat(request),
          await client.chat({ ...request, stream: true }),
        ]) {
          expect(answer.status).toBe(status);
          expect(answer.error().code).toBe(code);
          expect(answer.headers.get("retry-after")).toBe(status === 429 ? "7" : null);
        }
      });
    }

    test("a cut answer is an error, whole and streamed", async () => {
      const request = {
        provider: "echo",
        model: "echo-cut",
        messages: [{ role: "user", content: "one two three four" }],
      };
      const whole = await client.chat(request);
      expect(whole.status).toBe(502);
      expect(whole.error()).toMatchObject({ code: "upstream_incomplete", retryable: true });
      const streamed = await client.chat({ ...request, stream: true });
      expect(streamed.status).toBe(200);
      expect(readFailure(streamed.stream())).toMatchObject({
        type: "error",
        error: { code: "upstream_incomplete" },
      });
    });

    test("a slow answer arrives piece by piece", async () => {
      const response = await client.open({
        provider: "echo",
        model: "echo-slow",
        messages: [{ role: "user", content: "word ".repeat(100) }],
        stream: true,
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes("part-delta")) text += (await reader?.read())?.value ?? "";
      expect(text.split("part-delta").length).toBeLessThan(50);
      await reader?.cancel();
    });
  });
}
