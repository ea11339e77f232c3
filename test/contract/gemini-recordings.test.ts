import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../src/chat/event.ts";
import { foldEvents } from "../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import type { ChatResponse } from "../../src/chat/response.ts";
import { ChatError } from "../../src/errors/chat-error.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import { encodeRequest } from "../../src/providers/gemini/encode-request.ts";
import { createGeminiProvider } from "../../src/providers/gemini/index.ts";
import type { RequestPart } from "../../src/providers/gemini/request.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import type { GoogleAnswer } from "../support/google-answer.ts";
import {
  askedModel,
  countExchanges,
  expectedFinish,
  failedGoogleRecordings,
  type GoogleRecording,
  generateExchanges,
  googleRecordings,
  googleRefusals,
} from "../support/google-recordings.ts";
import { normalizeGoogleRequest, readGoogleRequest } from "../support/google-request.ts";
import {
  collectEvents,
  createTestCall,
  createTestDeps,
  type PlayedResponse,
  playAnswer,
  playResponses,
} from "../support/play-response.ts";
import { requireAvailable } from "../support/require-available.ts";
import { cutAfterEachEvent, splitRandomly, splitsFor } from "../support/split-bytes.ts";

const REQUEST: ChatRequest = { messages: [{ role: "user", content: "Hi" }] };
const ENV = { GEMINI_API_KEY: "key", GEMINI_BASE_URL: "http://gemini.test" };

function open(response: PlayedResponse, streamed: boolean) {
  return playAnswer((deps) => createGeminiProvider(ENV, deps), response, {
    model: { id: "gemini-asked" },
    stream: streamed,
  });
}

function play(
  { contentType, bytes, streamed }: GoogleRecording,
  pieces: readonly Uint8Array[] = [bytes],
) {
  return open({ headers: { "content-type": contentType }, body: pieces }, streamed);
}

function expectAnswer({ content, ...response }: ChatResponse, answer: GoogleAnswer): void {
  const texts = (type: "text" | "reasoning") =>
    content.map((part) => (part.type === type ? part.text : "")).join("");
  expect(texts("text")).toBe(answer.text);
  expect(texts("reasoning")).toBe(answer.thoughts);
  const calls = content.filter((part) => part.type === "tool_call");
  expect(calls.map(({ name, arguments: args }) => ({ name, args }))).toEqual(
    answer.calls.map(({ name, args }) => ({ name, args })),
  );
  for (const [at, { id }] of calls.entries()) {
    const recordedId = answer.calls[at]?.id;
    if (recordedId === undefined) expect(id).toMatch(/^call_id\d+$/);
    else expect(id).toBe(recordedId);
  }
  expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
  expect(
    content.flatMap((part) =>
      "signature" in part && part.signature ? [part.signature.value] : [],
    ),
  ).toEqual(answer.signatures);
  expect(content.flatMap((part) => (part.type === "opaque" ? [part.value] : []))).toEqual(
    answer.others,
  );
  expect<string | null>(response.finish_reason).toBe(expectedFinish(answer));
  expect(response.raw_finish_reason).toBe(answer.blockReason ?? answer.finishReason ?? null);
  expect(response.usage).toEqual(answer.usage);
}

function withoutMintedId(part: RequestPart): RequestPart {
  const call = part.functionCall;
  if (!call?.id || !/^call_id\d+$/.test(call.id)) return part;
  return { ...part, functionCall: { name: call.name, args: call.args } };
}

describe("Gemini's answers", () => {
  test("there are some of both kinds", () => {
    expect(googleRecordings.filter(({ streamed }) => streamed).length).toBeGreaterThan(5);
    expect(googleRecordings.filter(({ streamed }) => !streamed).length).toBeGreaterThan(20);
  });

  for (const recording of googleRecordings) {
    test(`${recording.name}: decodes to what was recorded, however it is cut into pieces`, async () => {
      let whole: ChatEvent[] | undefined;
      for (const [, split] of splitsFor(recording.bytes)) {
        const events = await collectEvents(await play(recording, split(recording.bytes)));
        expectEventOrder(events);
        whole ??= events;
        expect(events).toEqual(whole);
      }
      expectAnswer(await foldEvents(await play(recording)), recording.answer);
    });
  }

  for (const recording of googleRecordings.filter(({ streamed }) => streamed)) {
    test(`${recording.name}: a cut stream is an error`, async () => {
      const ends = [...cutAfterEachEvent(recording.bytes)];
      for (const [at] of splitRandomly(
        recording.bytes,
        5,
        Math.ceil(recording.bytes.length / 10),
      ).entries()) {
        ends.push(recording.bytes.slice(0, Math.floor((recording.bytes.length * at) / 20)));
      }
      for (const bytes of ends) {
        const events = await collectEvents(await play(recording, [bytes]));
        expectEventOrder(events);
        const last = events[events.length - 1];
        expect(last?.type === "error" && last.error.code).toBe("upstream_incomplete");
      }
    });

    test(`${recording.name}: every vendor event is passed through once, unchanged`, async () => {
      const events = await collectEvents(await play(recording));
      const data = events.flatMap(({ raw }) => (raw ? [raw.data] : []));
      const text = new TextDecoder().decode(recording.bytes);
      expect(data).toEqual([...text.matchAll(/^data: ([^\r\n]*)/gm)].map(([, line]) => line ?? ""));
    });
  }

  for (const recording of googleRecordings.filter(
    ({ streamed, contentType }) => !streamed && contentType.startsWith("application/json"),
  )) {
    test(`${recording.name}: a cut body is an error`, async () => {
      const half = recording.bytes.slice(0, recording.bytes.length / 2);
      const error = await play(recording, [half]).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "upstream_invalid_response" });
    });
  }

  for (const recording of googleRecordings) {
    test(`${recording.name}: is sent back on the next turn with its signatures, byte for byte`, async () => {
      const { content } = await foldEvents(await play(recording));
      const messages: ChatRequest["messages"] = [
        ...REQUEST.messages,
        { role: "assistant", content },
        { role: "user", content: "Go on" },
      ];
      const call = createTestCall({ messages }, { model: { id: "gemini-2.5-flash" } });
      const { contents } = encodeRequest(call);
      const sent = content.length === 0 ? [] : (contents[1]?.parts ?? []);
      expect<unknown[]>(sent.map(withoutMintedId)).toEqual(recording.answer.turn);
      expect(call.warnings).toEqual([]);
    });
  }
});

describe("Gemini's failures", () => {
  for (const recording of failedGoogleRecordings) {
    test(`${recording.name}: an answer in which the model failed is an error`, async () => {
      const thrown = await play(recording)
        .then(foldEvents)
        .catch((failed: unknown) => failed);
      expect(thrown).toBeInstanceOf(ChatError);
      expect(thrown).toMatchObject({ upstreamCode: recording.answer.finishReason });
    });
  }

  for (const { name, status, contentType, bytes, error } of googleRefusals) {
    test.each([false, true])(
      `${name}: is reported as what it was (streamed: %p)`,
      async (streamed) => {
        const headers = { "content-type": contentType };
        const thrown = await open({ status, headers, body: bytes }, streamed).catch(
          (refused: unknown) => refused,
        );
        expect(thrown).toBeInstanceOf(ChatError);
        expect(thrown).toMatchObject({ ...error, upstreamStatus: status });
      },
    );
  }
});

describe("Gemini's requests", () => {
  for (const exchange of generateExchanges) {
    test(`${exchange.name}: the equivalent chat request becomes the recorded one`, () => {
      const recorded: JsonObject = jsonObjectSchema.parse(exchange.request.body);
      const call = createTestCall(readGoogleRequest(recorded), {
        model: { id: askedModel(exchange) },
      });
      const sent: unknown = JSON.parse(JSON.stringify(encodeRequest(call)));
      expect(normalizeGoogleRequest(sent)).toEqual(normalizeGoogleRequest(recorded));
      expect(call.warnings).toEqual([]);
    });
  }
});

describe("Gemini's counts of tokens", () => {
  for (const exchange of countExchanges.filter(({ response }) => response.status === 200)) {
    const { name, request, response } = exchange;
    test(`${name}: is requested and read like the recording`, async () => {
      const vertex = /\/projects\/([^/]+)\/locations\/([^/]+)\//.exec(request.url);
      const credentials = {
        type: "authorized_user",
        client_id: "c",
        client_secret: "s",
        refresh_token: "r",
      };
      const env = vertex
        ? {
            GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(credentials),
            GOOGLE_CLOUD_PROJECT: vertex[1],
            GOOGLE_CLOUD_LOCATION: vertex[2],
          }
        : { GEMINI_API_KEY: "key" };
      const token = {
        headers: { "content-type": "application/json" },
        body: '{"access_token":"t","expires_in":3599}',
      };
      const body =
        typeof response.body === "string" ? response.body : JSON.stringify(response.body);
      const answer = { headers: { "content-type": "application/json" }, body };
      const played = vertex ? playResponses(token, answer) : playResponses(answer);
      const settings = { GEMINI_BASE_URL: "https://generativelanguage.googleapis.com", ...env };
      const provider = requireAvailable(
        createGeminiProvider(settings, createTestDeps(played.fetch)),
      );
      const recorded = jsonObjectSchema.parse(request.body);
      const call = createTestCall(readGoogleRequest(recorded), {
        model: { id: askedModel(exchange) },
      });
      expect<unknown>(await provider.countTokens?.(call)).toEqual({
        input_tokens: jsonObjectSchema.parse(JSON.parse(body)).totalTokens,
      });
      const sent = played.calls.at(-1);
      expect(sent?.url).toBe(request.url);
      expect(normalizeGoogleRequest(JSON.parse(sent?.body ?? ""))).toEqual(
        normalizeGoogleRequest(recorded),
      );
    });
  }
});
