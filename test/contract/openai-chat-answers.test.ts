import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../src/chat/event.ts";
import { foldEvents } from "../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import { ChatError } from "../../src/errors/chat-error.ts";
import { isJsonObject } from "../../src/json/json-object.ts";
import {
  type CompletionAnswer,
  type CompletionRecording,
  completionExchanges,
  completionRecordings,
  isAnswered,
} from "../support/chat-completions-recordings.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { foldAll } from "../support/fold-all.ts";
import { findCompatible, openRecording } from "../support/open-compatible.ts";
import { plainData } from "../support/plain-content.ts";
import { collectEvents, createTestCall, playResponses } from "../support/play-response.ts";
import { exchangeBytes } from "../support/recordings.ts";
import { rejectionOf } from "../support/rejection.ts";
import { cutAfterEachEvent, SPLITS } from "../support/split-bytes.ts";

function count(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/**
 * The recorded counts, with the cached ones under all their names. xAI excludes reasoning from
 * `completion_tokens`.
 */
function expectedUsage({ usage }: CompletionAnswer, provider: string) {
  if (!usage) return null;
  const prompt = isJsonObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isJsonObject(usage.completion_tokens_details)
    ? usage.completion_tokens_details
    : {};
  const reasoning = count(completion.reasoning_tokens);
  const isXai = provider === "xai" || "cost_in_usd_ticks" in usage;
  return {
    input_tokens: count(usage.prompt_tokens),
    output_tokens: (count(usage.completion_tokens) ?? 0) + (isXai ? (reasoning ?? 0) : 0),
    cached_input_tokens:
      count(prompt.cached_tokens) ??
      count(usage.prompt_cache_hit_tokens) ??
      count(usage.cached_tokens),
    cache_write_input_tokens: count(prompt.cache_write_tokens),
    reasoning_tokens: reasoning,
    total_tokens: count(usage.total_tokens),
  };
}

/** The codes for the recorded statuses of failed calls. */
const CODES: Readonly<Record<number, string>> = {
  400: "upstream_rejected",
  404: "model_not_found",
  429: "upstream_rate_limited",
};

const complete = completionRecordings.filter(({ answer }) => !answer.error);
const failed = completionRecordings.filter(({ answer }) => answer.error);

/** The recorded reason. Some servers always say `stop`, and one says nothing. */
function expectedFinish({ finishReason, refusal, calls }: CompletionAnswer): string {
  if (finishReason !== null && finishReason !== "stop") return finishReason;
  if (refusal !== "") return "content_filter";
  return calls.length > 0 ? "tool_calls" : "stop";
}

/** The cuts that matter: in a long stream the end, and as many others as can be tried quickly. */
function sampleCuts(cuts: readonly Uint8Array[]): Uint8Array[] {
  const step = Math.ceil(cuts.length / 100);
  return cuts.filter((_, index) => index % step === 0 || index > cuts.length - 10);
}

function expectAnswer(
  events: readonly ChatEvent[],
  { answer, provider }: CompletionRecording,
): void {
  const { content, ...response } = foldAll("openai_chat", events);
  const texts = (type: "text" | "reasoning") =>
    content.map((part) => (part.type === type ? part.text : "")).join("");
  expect(texts("text")).toBe(answer.text + answer.refusal);
  expect(texts("reasoning")).toBe(answer.reasoning);
  const calls = content.flatMap((part) => (part.type === "tool_call" ? [part] : []));
  expect(
    calls.map((call) => ({ ...call, text: call.arguments_text ?? JSON.stringify(call.arguments) })),
  ).toMatchObject(
    answer.calls.map(({ id, name, arguments: said }) => {
      const text = said || "{}";
      return { id: id || expect.any(String), name, text, arguments: JSON.parse(text) };
    }),
  );
  expect(response.id).toEqual(answer.id || expect.any(String));
  expect(response.model).toBe(answer.model || "asked-model");
  expect<string | null>(response.finish_reason).toBe(expectedFinish(answer));
  expect(response.raw_finish_reason).toBe(answer.finishReason);
  expect<object | null>(response.usage).toEqual(expectedUsage(answer, provider));
}

describe("answers of Chat Completions", () => {
  test("few of them are skipped", () => {
    const unread = completionExchanges.filter(
      (exchange) => exchange.response.status === 200 && !isAnswered(exchange),
    );
    expect(completionRecordings.length).toBeGreaterThan(60);
    expect(unread.length).toBeLessThan(completionExchanges.length / 20);
  });

  for (const recording of completionRecordings) {
    test(`${recording.provider} ${recording.name}: gives the same events however it is cut into pieces`, async () => {
      let whole: ChatEvent[] | undefined;
      for (const [, split] of SPLITS) {
        // A large body byte by byte shows nothing that smaller ones do not.
        const pieces =
          recording.bytes.byteLength > 60_000 ? [recording.bytes] : split(recording.bytes);
        const events = await collectEvents(await openRecording(recording, pieces));
        expectEventOrder(events);
        whole ??= events;
        expect(events).toEqual(whole);
      }
      if (whole && !recording.answer.error) expectAnswer(whole, recording);
    });
  }

  for (const recording of complete.filter(({ streamed }) => streamed)) {
    test(`${recording.provider} ${recording.name}: is complete once it has a finish reason, and not before`, async () => {
      for (const bytes of sampleCuts(cutAfterEachEvent(recording.bytes))) {
        const events = await collectEvents(await openRecording(recording, [bytes]));
        expectEventOrder(events);
        const last = events[events.length - 1];
        const isFinished = /"finish_reason": ?"[^"]/.test(new TextDecoder().decode(bytes));
        expect(last?.type === "error" ? last.error.code : last?.type).toBe(
          isFinished ? "end" : "upstream_incomplete",
        );
      }
    });

    test(`${recording.provider} ${recording.name}: has every vendor event once, unchanged`, async () => {
      const asked: ChatRequest = {
        messages: [{ role: "user", content: "Hi" }],
        extras: { openai_chat: { $original: { stream_options: { include_usage: true } } } },
      };
      const events = await collectEvents(await openRecording(recording, undefined, asked));
      expect(events.flatMap(({ raw }) => (raw ? [raw.data] : []))).toEqual(
        recording.data.map(plainData),
      );
    });
  }

  for (const recording of complete.filter(({ streamed }) => !streamed)) {
    test(`${recording.provider} ${recording.name}: a cut body is an error`, async () => {
      const half = recording.bytes.slice(0, recording.bytes.byteLength / 2);
      const error = await rejectionOf(openRecording(recording, [half]));
      expect(error).toMatchObject({ code: "upstream_invalid_response" });
    });
  }

  for (const recording of failed) {
    test(`${recording.provider} ${recording.name}: is an error, with the usage so far`, async () => {
      const events = await collectEvents(await openRecording(recording));
      const last = events[events.length - 1];
      if (last?.type !== "error") throw new Error("the answer did not fail");
      const { error } = recording.answer;
      expect(last.error).toMatchObject({
        code: "upstream_rejected",
        upstreamCode: typeof error?.code === "string" ? error.code : undefined,
        // The model's fault, not the request's: a retry may succeed.
        retryable: error?.code === "tool_use_failed",
        message: String(error?.message).slice(0, 500),
      });
      expect(events.some(({ type }) => type === "usage")).toBe(recording.answer.usage !== null);
    });
  }

  for (const exchange of completionExchanges.filter((other) => !isAnswered(other))) {
    test(`${exchange.name}: is an error before its answer begins`, async () => {
      const { status, headers, body } = exchange.response;
      const played = playResponses({ status, headers, body: exchangeBytes(exchange) });
      const error = await rejectionOf(
        findCompatible("plain", played).open(createTestCall({ messages: [] })),
      );
      if (!(error instanceof ChatError)) throw error;
      if (status === 200) {
        expect<string>(error.code).toBe("upstream_invalid_response");
        return;
      }
      expect<string | undefined>(error.code).toBe(CODES[status]);
      const recorded = isJsonObject(body) && isJsonObject(body.error) ? body.error : {};
      const word = recorded.code ?? recorded.type;
      expect(error.upstreamStatus).toBe(status);
      expect(error.upstreamCode).toBe(typeof word === "string" ? word : undefined);
      if (status < 429) expect(error.message).toBe(String(recorded.message));
    });
  }
});

describe("answers as the next turn", () => {
  for (const recording of complete) {
    test(`${recording.provider} ${recording.name}: is sent back with its texts, reasoning and calls`, async () => {
      const { content } = await foldEvents(await openRecording(recording));
      const played = playResponses({
        headers: { "content-type": recording.contentType },
        body: recording.bytes,
      });
      const call = createTestCall(
        { messages: [{ role: "assistant", content }] },
        { stream: recording.streamed },
      );
      await findCompatible(recording.provider, played).open(call);
      const sent = JSON.parse(played.calls[0]?.body ?? "").messages[0];
      const list: { type: string; text?: string; thinking?: { text: string }[] }[] = Array.isArray(
        sent.content,
      )
        ? sent.content
        : [];
      const { answer } = recording;
      expect(
        Array.isArray(sent.content)
          ? list.map(({ text }) => text ?? "").join("")
          : (sent.content ?? ""),
      ).toBe(answer.text);
      const thinking = list.flatMap((part) => part.thinking ?? []).map(({ text }) => text);
      const details: { text?: string; signature?: string; data?: string }[] =
        sent.reasoning_details ?? [];
      const detailed = details.map(({ text }) => text ?? "").join("");
      expect(sent.reasoning_content ?? sent.reasoning ?? (thinking.join("") || detailed)).toBe(
        answer.reasoning,
      );
      expect(
        details.flatMap(({ signature, data }) => [signature ?? [], data ?? []].flat()),
      ).toEqual(answer.signatures);
      expect(
        sent.tool_calls?.map((sentCall: { function: object }) => sentCall.function) ?? [],
      ).toEqual(
        answer.calls.map(({ name, arguments: text }) => ({ name, arguments: text || "{}" })),
      );
      expect(call.warnings).toEqual([]);
    });
  }
});
