import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import type { ChatEvent } from "../../src/chat/event.ts";
import { foldEvents } from "../../src/chat/fold-events.ts";
import { anthropicMessagesDialect as dialect } from "../../src/dialects/anthropic-messages/index.ts";
import { toChatError } from "../../src/errors/chat-error.ts";
import { isJsonObject, type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import { createClaudeProvider } from "../../src/providers/claude/index.ts";
import { createAnswerContext } from "../support/answer-context.ts";
import { ANTHROPIC_FIXTURES } from "../support/anthropic-fixtures.ts";
import {
  brokenAnswers,
  type RecordedMessage,
  recordedMessages,
  withoutRepeatedStart,
} from "../support/anthropic-recordings.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { collectEvents, playAnswer } from "../support/play-response.ts";
import {
  messageSchema,
  readStreamedMessage,
  summarizeMessage,
} from "../support/read-anthropic-message.ts";
import { cutAfterEachEvent, splitRandomly, splitsFor } from "../support/split-bytes.ts";
import { streamMessage } from "../support/stream-anthropic-message.ts";
import { summarizeChatResponse } from "../support/summarize-chat-response.ts";

const ENV = { ANTHROPIC_API_KEY: "sk-ant-api-test", ANTHROPIC_BASE_URL: "http://anthropic.test" };
const CALL = { model: "claude-test", messages: [{ role: "user" as const, content: "Hi" }] };

function play({ streamed, bytes }: RecordedMessage, pieces: readonly Uint8Array[] = [bytes]) {
  const headers = {
    "content-type": streamed ? "text/event-stream; charset=utf-8" : "application/json",
  };
  const response = { headers, body: pieces };
  return playAnswer((deps) => createClaudeProvider(ENV, deps), response, {
    request: CALL,
    stream: streamed,
  });
}

/** All events of an answer; a failure before the first one is the only event. */
async function readToFailure(
  recording: RecordedMessage,
  pieces: readonly Uint8Array[],
): Promise<ChatEvent[]> {
  try {
    return await collectEvents(await play(recording, pieces));
  } catch (thrown) {
    return [{ type: "error", error: toChatError(thrown) }];
  }
}

/** A recording as Anthropic's own client reads it, independently of our code. */
async function readBySdk({
  streamed,
  text,
}: Pick<RecordedMessage, "streamed" | "text">): Promise<JsonObject> {
  const body = streamed ? withoutRepeatedStart(text) : text;
  const fetch = async () =>
    new Response(body, {
      headers: { "content-type": streamed ? "text/event-stream" : "application/json" },
    });
  const client = new Anthropic({ apiKey: "test", fetch, maxRetries: 0, logLevel: "off" });
  const params = { ...CALL, max_tokens: 10 };
  const message = streamed
    ? await client.beta.messages.stream(params).finalMessage()
    : await client.beta.messages.create(params);
  return jsonObjectSchema.parse(JSON.parse(JSON.stringify(message)));
}

/** Leaves out nulls, empty lists and defaults, which a reassembled answer does not have. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, inner]) =>
          inner !== null && !(key === "citations" && Array.isArray(inner) && inner.length === 0),
      )
      .map(([key, inner]) => [key, withoutNothing(inner)]),
  );
}

/** Each answer, whole and as a stream. */
const handWritten: readonly RecordedMessage[] = ANTHROPIC_FIXTURES.flatMap(({ name, message }) =>
  [JSON.stringify(message), streamMessage(message).join("")].map((text, at) => ({
    name: `${name} (${at === 0 ? "whole" : "streamed"})`,
    streamed: at === 1,
    bytes: new TextEncoder().encode(text),
    text,
  })),
);

function describeAnswers(recordings: readonly RecordedMessage[]): void {
  for (const recording of recordings) {
    test(`${recording.name}: the same events, however it is split`, async () => {
      let whole: ChatEvent[] | undefined;
      for (const [, split] of splitsFor(recording.bytes)) {
        const events = await collectEvents(await play(recording, split(recording.bytes)));
        expectEventOrder(events);
        whole ??= events;
        expect(events).toEqual(whole);
      }
      expect(whole?.at(-1)?.type).toBe("end");
    });

    test(`${recording.name}: decodes to what was recorded`, async () => {
      const response = await foldEvents(await play(recording));
      const message = recording.streamed
        ? readStreamedMessage(recording.text)
        : messageSchema.parse(JSON.parse(recording.text));
      expect(summarizeChatResponse(response)).toEqual(summarizeMessage(message));
    });

    test(`${recording.name}: reassembled, it is what Anthropic's client reads`, async () => {
      const { body: _body, ...response } = await foldEvents(await play(recording));
      const encoded: unknown = JSON.parse(
        JSON.stringify(dialect.encodeResponse(response, createAnswerContext("anthropic"))),
      );
      expect(withoutNothing(encoded)).toEqual(withoutNothing(await readBySdk(recording)));
    });
  }

  for (const recording of recordings.filter(({ streamed }) => !streamed)) {
    test(`${recording.name}: is passed through unchanged`, async () => {
      const response = await foldEvents(await play(recording));
      expect(dialect.encodeResponse(response, createAnswerContext("anthropic"))).toEqual(
        JSON.parse(recording.text),
      );
    });

    test(`${recording.name}: encoded as a stream, it is what Anthropic's client reads`, async () => {
      const events = await collectEvents(await play(recording));
      const text = dialect.createStreamEncoder(createAnswerContext("anthropic")).encode(events);
      const encoded = await readBySdk({ streamed: true, text });
      expect(withoutNothing(encoded)).toEqual(withoutNothing(JSON.parse(recording.text)));
    });

    test(`${recording.name}: a cut body is an error`, async () => {
      const half = recording.bytes.slice(0, recording.bytes.length / 2);
      const error = await play(recording, [half]).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "upstream_invalid_response" });
    });
  }

  for (const recording of recordings.filter(({ streamed }) => streamed)) {
    test(`${recording.name}: a cut stream never ends well`, async () => {
      for (const bytes of cutAfterEachEvent(recording.bytes)) {
        const events = await collectEvents(await play(recording, [bytes]));
        expectEventOrder(events);
        expect(events.at(-1)).toMatchObject({
          type: "error",
          error: { code: "upstream_incomplete" },
        });
      }
    });

    test(`${recording.name}: is passed through unchanged, event by event`, async () => {
      const stream = await play(recording, splitRandomly(recording.bytes, 1));
      const encoder = dialect.createStreamEncoder(createAnswerContext("anthropic"));
      let text = "";
      for (let batch = await stream.read(); batch; batch = await stream.read())
        text += encoder.encode(batch);
      expect(text).toBe(recording.text.endsWith("\n\n") ? recording.text : `${recording.text}\n`);
    });
  }
}

describe("Anthropic's answers, written by hand", () => {
  describeAnswers(handWritten);
});

describe("Anthropic's answers", () => {
  test("there are some of each kind", () => {
    const streamed = recordedMessages.filter((recording) => recording.streamed).length;
    expect(Math.min(streamed, recordedMessages.length - streamed)).toBeGreaterThan(20);
  });
  describeAnswers(recordedMessages);

  for (const recording of brokenAnswers) {
    test(`${recording.name}: a cut stream is an error, however it is split`, async () => {
      for (const [, split] of splitsFor(recording.bytes)) {
        const events = await readToFailure(recording, split(recording.bytes));
        expectEventOrder(events);
        expect(events.at(-1)).toMatchObject({
          type: "error",
          error: { code: expect.stringMatching(/^upstream_/) },
        });
      }
    });
  }
});
