import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../src/chat/event.ts";
import { createEventFold, foldEvents } from "../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import { ChatError } from "../../src/errors/chat-error.ts";
import { isJsonObject } from "../../src/json/is-json-object.ts";
import {
  type CompletionAnswer,
  type CompletionRecording,
  completionExchanges,
  completionRecordings,
} from "../support/chat-completions-recordings.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { findCompatible, openRecording } from "../support/open-compatible.ts";
import { collectEvents, createTestCall, jsonResponse, playResponses } from "../support/play-response.ts";
import { hasRecordings, NEEDS_RECORDINGS } from "../support/recordings.ts";
import { rejectionOf } from "../support/rejection.ts";
import { cutAfterEachEvent, SPLITS } from "../support/split-bytes.ts";

function count(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** The recorded counts; xAI leaves the reasoning out of `completion_tokens`. */
function expectedUsage({ usage }: CompletionAnswer, provider: string) {
  if (!usage) return null;
  const prompt = isJsonObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isJsonObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  const reasoning = count(completion.reasoning_tokens);
  const isXai = provider === "xai" || "cost_in_usd_ticks" in usage;
  return {
    input_tokens: count(usage.prompt_tokens),
    output_tokens: (count(usage.completion_tokens) ?? 0) + (isXai ? (reasoning ?? 0) : 0),
    cached_input_tokens: count(prompt.cached_tokens),
    cache_write_input_tokens: count(prompt.cache_write_tokens),
    reasoning_tokens: reasoning,
    total_tokens: count(usage.total_tokens),
  };
}

const complete = completionRecordings.filter(({ answer }) => !answer.error);
const failed = completionRecordings.filter(({ answer }) => answer.error);

function expectAnswer(events: readonly ChatEvent[], { answer, provider }: CompletionRecording): void {
  const fold = createEventFold("openai_chat");
  fold.add(events);
  const { content, ...response } = fold.response();
  const texts = (type: "text" | "reasoning") => content.map((part) => (part.type === type ? part.text : "")).join("");
  expect(texts("text")).toBe(answer.text + answer.refusal);
  expect(texts("reasoning")).toBe(answer.reasoning);
  const calls = content.flatMap((part) => (part.type === "tool_call" ? [part] : []));
  expect(calls.map((call) => ({ ...call, text: call.arguments_text ?? JSON.stringify(call.arguments) }))).toMatchObject(
    answer.calls.map(({ id, name, arguments: text }) => ({ id, name, text, arguments: JSON.parse(text) })),
  );
  expect(response.id).toBe(answer.id);
  expect(response.model).toBe(answer.model);
  expect<string | null>(response.finish_reason).toBe(answer.finishReason);
  expect(response.raw_finish_reason).toBe(answer.finishReason);
  expect<object | null>(response.usage).toEqual(expectedUsage(answer, provider));
}

describe.skipIf(!hasRecordings)(`recorded answers of Chat Completions ${NEEDS_RECORDINGS}`, () => {
  test("there are as many as were counted", () => {
    expect(completionExchanges.length).toBe(61);
    expect(completionRecordings.length).toBe(76);
    expect(failed.map(({ name }) => name)).toEqual(["test_tool_use_failed_error_streaming.0", "test_openrouter_stream_error"]);
  });

  for (const recording of completionRecordings) {
    test(`${recording.provider} ${recording.name}: gives the same events however it is cut into pieces`, async () => {
      let whole: ChatEvent[] | undefined;
      for (const [, split] of SPLITS) {
        // A large body byte by byte tells nothing that the smaller ones do not.
        const pieces = recording.bytes.byteLength > 60_000 ? [recording.bytes] : split(recording.bytes);
        const events = await collectEvents(await openRecording(recording, pieces));
        expectEventOrder(events);
        whole ??= events;
        expect(events).toEqual(whole);
      }
      if (whole && !recording.answer.error) expectAnswer(whole, recording);
    });
  }

  for (const recording of complete.filter(({ streamed }) => streamed)) {
    test(`${recording.provider} ${recording.name}: is complete from its finish reason on, and not before`, async () => {
      for (const bytes of cutAfterEachEvent(recording.bytes)) {
        const events = await collectEvents(await openRecording(recording, [bytes]));
        expectEventOrder(events);
        const last = events[events.length - 1];
        const isFinished = /"finish_reason":"/.test(new TextDecoder().decode(bytes));
        expect(last?.type === "error" ? last.error.code : last?.type).toBe(isFinished ? "end" : "upstream_incomplete");
      }
    });

    test(`${recording.provider} ${recording.name}: every vendor event is carried once, as it was`, async () => {
      const asked: ChatRequest = {
        messages: [{ role: "user", content: "Hi" }],
        extras: { openai_chat: { $said: { stream_options: { include_usage: true } } } },
      };
      const events = await collectEvents(await openRecording(recording, undefined, asked));
      expect(events.flatMap(({ raw }) => (raw ? [raw.data] : []))).toEqual(recording.data);
    });
  }

  for (const recording of complete.filter(({ streamed }) => !streamed)) {
    test(`${recording.provider} ${recording.name}: a cut body is an error`, async () => {
      const half = recording.bytes.slice(0, recording.bytes.byteLength / 2);
      const error = await rejectionOf(openRecording(recording, [half]));
      expect(error).toMatchObject({ code: "upstream_invalid_response" });
    });
  }

  test("Groq's failed tool call and OpenRouter's error chunk are errors, with the usage so far", async () => {
    const errors: unknown[] = [];
    for (const recording of failed) {
      const events = await collectEvents(await openRecording(recording));
      const last = events[events.length - 1];
      if (last?.type !== "error") throw new Error("the answer did not fail");
      const { code, upstreamCode, retryable, message } = last.error;
      errors.push({
        code,
        upstreamCode,
        retryable,
        message: message.slice(0, 27),
        usage: events.some(({ type }) => type === "usage"),
      });
    }
    expect(errors).toEqual([
      {
        code: "upstream_rejected",
        upstreamCode: "tool_use_failed",
        retryable: true,
        message: "Tool call validation failed",
        usage: false,
      },
      { code: "upstream_rejected", upstreamCode: undefined, retryable: false, message: "Token limit reached", usage: true },
    ]);
  });

  test("what is not of this format is an error", async () => {
    const refused = completionExchanges.filter(({ response }) => response.status !== 200);
    expect(refused.map(({ name }) => name)).toEqual(["test_openai_o1_mini_system_role_developer_"]);
    const played = playResponses(jsonResponse(refused[0]?.response.body, 400));
    const error = await rejectionOf(findCompatible("plain", played).open(createTestCall({ messages: [] })));
    expect(error).toBeInstanceOf(ChatError);
    expect(error).toMatchObject({ code: "upstream_rejected", upstreamCode: "unsupported_value", upstreamStatus: 400 });

    const text = completionExchanges.find(({ name }) => name === "test_text_response");
    const plain = playResponses({ headers: { "content-type": "text/plain" }, body: String(text?.response.body) });
    const invalid = await rejectionOf(findCompatible("plain", plain).open(createTestCall({ messages: [] })));
    expect(invalid).toMatchObject({ code: "upstream_invalid_response" });
  });
});

describe.skipIf(!hasRecordings)(`recorded answers as the next turn ${NEEDS_RECORDINGS}`, () => {
  for (const recording of complete) {
    test(`${recording.provider} ${recording.name}: goes back with its texts, reasoning and calls`, async () => {
      const { content } = await foldEvents(await openRecording(recording));
      const played = playResponses({ headers: { "content-type": recording.contentType }, body: recording.bytes });
      const call = createTestCall({ messages: [{ role: "assistant", content }] }, { stream: recording.streamed });
      await findCompatible(recording.provider, played).open(call);
      const sent = JSON.parse(played.calls[0]?.body ?? "").messages[0];
      const list: { type: string; text?: string; thinking?: { text: string }[] }[] = Array.isArray(sent.content)
        ? sent.content
        : [];
      const { answer } = recording;
      expect(Array.isArray(sent.content) ? list.map(({ text }) => text ?? "").join("") : (sent.content ?? "")).toBe(answer.text);
      const thinking = list.flatMap((part) => part.thinking ?? []).map(({ text }) => text);
      expect(sent.reasoning_content ?? sent.reasoning ?? thinking.join("")).toBe(answer.reasoning);
      expect(sent.tool_calls?.map((sentCall: { function: object }) => sentCall.function) ?? []).toEqual(
        answer.calls.map(({ name, arguments: text }) => ({ name, arguments: text })),
      );
      expect(call.warnings).toEqual([]);
    });
  }
});
