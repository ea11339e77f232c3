import { describe, expect, test } from "bun:test";
import { foldEvents } from "../../src/chat/fold-events.ts";
import { openaiChatDialect } from "../../src/dialects/openai-chat/index.ts";
import { toChatError } from "../../src/errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../src/json/json-object.ts";
import { fitRequest } from "../../src/routing/fit-request.ts";
import { createAnswerContext } from "../support/answer-context.ts";
import {
  completionExchanges,
  completionRecordings,
  hasFileUrl,
  providerOf,
} from "../support/chat-completions-recordings.ts";
import { foldAll } from "../support/fold-all.ts";
import { findCompatible, openRecording } from "../support/open-compatible.ts";
import { plainData } from "../support/plain-content.ts";
import {
  collectEvents,
  createTestCall,
  jsonResponse,
  playResponses,
} from "../support/play-response.ts";
import { readCompletion, readCompletionStream } from "../support/read-completion-stream.ts";
import type { Exchange } from "../support/recordings.ts";
import { rejectionOf } from "../support/rejection.ts";

const COMPLETION = {
  id: "c",
  object: "chat.completion",
  model: "m",
  choices: [{ index: 0, message: { content: "Hi" }, finish_reason: "stop" }],
};

/** The body that reaches this provider when a caller of the dialect sends the recorded request. */
async function send({ request }: Exchange, name: string): Promise<unknown> {
  const decoded = openaiChatDialect.decodeRequest(request.body, new Headers());
  const played = playResponses(jsonResponse(COMPLETION));
  const provider = findCompatible(name, played);
  const model = { id: decoded.model ?? "" };
  const call = createTestCall(decoded, { model });
  const fitted = fitRequest(decoded, { provider, model }, call.warn);
  await foldEvents(await provider.open({ ...call, request: fitted }));
  expect(call.warnings).toEqual([]);
  return JSON.parse(played.calls[0]?.body ?? "");
}

/** Servers that report a stream's usage without being asked. */
const COUNTS_UNASKED: ReadonlySet<string> = new Set(["groq", "mistral"]);

/**
 * The recorded request with three differences: a stream always requests usage, which cost and
 * budgets need, a null at the top level is left out, and the fallbacks in `models` are tried by
 * this server, one after the other.
 */
function expectedRequest({ request: { body } }: Exchange, name: string): JsonObject {
  if (!isJsonObject(body)) throw new Error("the request is no object");
  const said = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => value !== null && name !== "models"),
  );
  return said.stream === true && !COUNTS_UNASKED.has(name)
    ? { ...said, stream_options: { include_usage: true } }
    : said;
}

describe("requests of Chat Completions", () => {
  for (const exchange of completionExchanges) {
    const provider = providerOf(exchange);
    test(`${provider} ${exchange.name}: reaches its own provider unchanged`, async () => {
      expect(await send(exchange, provider)).toStrictEqual(expectedRequest(exchange, provider));
    });
    if (hasFileUrl(exchange)) continue;

    test(`${provider} ${exchange.name}: reaches a server without quirks unchanged, plus a request for usage`, async () => {
      expect(await send(exchange, "plain")).toStrictEqual(expectedRequest(exchange, "plain"));
    });
  }
});

const complete = completionRecordings.filter(({ answer }) => !answer.error);
const ASKED = {
  request: {
    messages: [],
    extras: { openai_chat: { $original: { stream_options: { include_usage: true } } } },
  },
};

describe("answers through the Chat Completions dialect", () => {
  for (const recording of complete) {
    test(`${recording.provider} ${recording.name}: is passed through`, async () => {
      const context = createAnswerContext("openai_chat", ASKED);
      const stream = await openRecording(recording, undefined, ASKED.request);
      if (!recording.streamed) {
        const body = openaiChatDialect.encodeResponse(await foldEvents(stream), context);
        expect(body).toStrictEqual(JSON.parse(plainData(recording.data[0] ?? "")));
        return;
      }
      const text = openaiChatDialect
        .createStreamEncoder(context)
        .encode(await collectEvents(stream));
      expect(text).toBe(recording.data.map((data) => `data: ${plainData(data)}\n\n`).join(""));
    });

    test(`${recording.provider} ${recording.name}: a stream of our own chunks equals the whole answer`, async () => {
      const context = createAnswerContext(null, ASKED);
      const events = await collectEvents(await openRecording(recording));
      const whole = openaiChatDialect.encodeResponse(foldAll(null, events), context);
      // Event by event, so that nothing depends on how they were batched.
      const encoder = openaiChatDialect.createStreamEncoder(context);
      const text = events.map((event) => encoder.encode([event])).join("");
      expect(readCompletionStream(text)).toEqual(readCompletion(whole));
    });
  }

  test("usage that the caller did not ask for is not shown", async () => {
    const isUsageAlone = (data: string) =>
      /"choices": ?\[\]/.test(data) && /"usage": ?\{/.test(data);
    const streamed = complete.filter(
      (recording) => recording.streamed && recording.data.some(isUsageAlone),
    );
    expect(streamed.length).toBeGreaterThan(3);
    for (const recording of streamed) {
      const events = await collectEvents(await openRecording(recording));
      const text = openaiChatDialect
        .createStreamEncoder(createAnswerContext("openai_chat"))
        .encode(events);
      const expected = recording.data.filter((data) => !isUsageAlone(data));
      expect(text).toBe(expected.map((data) => `data: ${data}\n\n`).join(""));
      expect(events.some(({ type }) => type === "usage")).toBe(true);
    }
  });

  test("a recorded refusal keeps the vendor's status, code and message", async () => {
    const refusals = completionExchanges.filter(
      ({ response: { status } }) => status === 400 || status === 404,
    );
    for (const { response } of refusals) {
      const played = playResponses(jsonResponse(response.body, response.status));
      const error = await rejectionOf(
        findCompatible("plain", played).open(createTestCall({ messages: [] })),
      );
      const { status, body } = openaiChatDialect.encodeError(toChatError(error), "req_1");
      const recorded =
        isJsonObject(response.body) && isJsonObject(response.body.error) ? response.body.error : {};
      expect(status).toBe(response.status);
      const { message, type, param = null, code } = recorded;
      expect<unknown>(body).toEqual({ error: { message, type, param, code } });
    }
  });
});
