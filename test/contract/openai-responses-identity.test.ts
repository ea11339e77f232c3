import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import * as z from "zod";
import type { ChatEvent } from "../../src/chat/event.ts";
import { foldEvents } from "../../src/chat/fold-events.ts";
import { openaiResponsesDialect } from "../../src/dialects/openai-responses/index.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import { createOpenaiProvider } from "../../src/providers/openai/index.ts";
import { createAnswerContext } from "../support/answer-context.ts";
import { foldAll } from "../support/fold-all.ts";
import {
  collectEvents,
  createTestCall,
  createTestDeps,
  jsonResponse,
  playAnswer,
  playResponses,
} from "../support/play-response.ts";
import type { Exchange } from "../support/recordings.ts";
import { requireAvailable } from "../support/require-available.ts";
import {
  failedRecordings,
  finishedResponse,
  isFetchedLater,
  normalizeResponsesRequest,
  type ResponsesRecording,
  responsesExchanges,
  responsesRecordings,
} from "../support/responses-recordings.ts";

const ENV = {
  OPENAI_API_KEY: "key",
  OPENAI_BASE_URL: "http://openai.test/v1",
  OPENAI_DEFAULT_MODEL: "gpt-test",
};

function requestBody({ request }: Exchange): JsonObject {
  if (typeof request.body === "string") throw new Error("the request's body is no JSON");
  return request.body;
}

/** The body that reaches the upstream when a caller of this dialect sends this one. */
async function send(body: JsonObject): Promise<JsonObject> {
  const request = openaiResponsesDialect.decodeRequest(body, new Headers());
  const played = playResponses(
    jsonResponse({ id: "resp_1", object: "response", status: "completed", model: "m", output: [] }),
  );
  const call = createTestCall(request, { model: { id: request.model ?? "gpt-test" } });
  await foldEvents(
    await requireAvailable(createOpenaiProvider(ENV, createTestDeps(played.fetch))).open(call),
  );
  expect(call.warnings).toEqual([]);
  return jsonObjectSchema.parse(JSON.parse(played.calls[0]?.body ?? ""));
}

describe("requests of the Responses API", () => {
  const sound = responsesExchanges.filter(
    (exchange) => exchange.response.status === 200 && !isFetchedLater(exchange),
  );
  test.each(sound.map((exchange) => [exchange.path, requestBody(exchange)] as const))(
    "%s reaches a provider of the same format as it was said",
    async (_, body) => {
      expect(normalizeResponsesRequest(await send(body))).toEqual(normalizeResponsesRequest(body));
    },
  );

  test("those whose answer must be fetched later are refused", () => {
    const fetchedLater = responsesExchanges.filter(isFetchedLater);
    for (const exchange of fetchedLater) {
      expect(() =>
        openaiResponsesDialect.decodeRequest(requestBody(exchange), new Headers()),
      ).toThrow(/^background: only supported with stream/);
    }
    expect(sound.length).toBeGreaterThan(50);
    expect(fetchedLater.length).toBeGreaterThan(0);
  });
});

/** The events of an SSE text, by name and data. */
function readEvents(text: string): { event: string; data: unknown }[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter((block) => /^(?:event:|data:)/m.test(block) && !block.startsWith("data: [DONE]"))
    .map((block) => ({
      event: /^event: ([^\r\n]*)/m.exec(block)?.[1] ?? "",
      data: JSON.parse(/^data: ([^\r\n]*)/m.exec(block)?.[1] ?? ""),
    }));
}

async function open({ bytes, streamed }: ResponsesRecording) {
  const type = streamed ? "text/event-stream" : "application/json";
  const response = { headers: { "content-type": type }, body: bytes };
  return playAnswer((deps) => createOpenaiProvider(ENV, deps), response, { stream: streamed });
}

describe("answers through the Responses dialect", () => {
  const context = createAnswerContext("openai_responses");
  for (const recording of responsesRecordings) {
    test(`${recording.name} is passed through`, async () => {
      const stream = await open(recording);
      if (!recording.streamed) {
        expect(openaiResponsesDialect.encodeResponse(await foldEvents(stream), context)).toEqual(
          finishedResponse(recording),
        );
        return;
      }
      const encoder = openaiResponsesDialect.createStreamEncoder(context);
      const text = encoder.encode(await collectEvents(stream));
      expect(readEvents(text)).toEqual(readEvents(new TextDecoder().decode(recording.bytes)));
    });
  }

  test("a failed stream is passed through up to the failure, which is in our words", async () => {
    for (const recording of failedRecordings.filter(({ streamed }) => streamed)) {
      const encoder = openaiResponsesDialect.createStreamEncoder(context);
      const written = readEvents(encoder.encode(await collectEvents(await open(recording))));
      const recorded = readEvents(new TextDecoder().decode(recording.bytes));
      expect(written.slice(-2).map(({ event }) => event)).toEqual(["error", "response.failed"]);
      expect(written.slice(0, -2)).toEqual(
        recorded.filter(({ event }) => event !== "error" && event !== "response.failed"),
      );
    }
  });

  test("a streamed answer for a caller who wants it whole is the response in its last event", async () => {
    const streamed = responsesRecordings.filter((recording) => recording.streamed);
    for (const recording of streamed) {
      const response = await foldEvents(await open(recording));
      expect(openaiResponsesDialect.encodeResponse(response, context)).toEqual(
        finishedResponse(recording),
      );
    }
  });
});

/**
 * The same answer as if from a vendor of another format: without vendor events, notes and
 * signatures.
 */
function toForeign(events: readonly ChatEvent[]): ChatEvent[] {
  return events.flatMap((event): ChatEvent[] => {
    const { raw: _raw, ...rest } = event;
    if (rest.type === "opaque") return [];
    if (rest.type === "part-start" && rest.kind !== "opaque") return [omitKeys(rest, "extras")];
    if (rest.type === "part-end") return [omitKeys(rest, "extras", "signature")];
    if (rest.type === "end") return [omitKeys(rest, "extras", "body")];
    return [rest];
  });
}

/** The same answer as if it had come whole, for a caller who streams. */
function toUnstreamed(events: readonly ChatEvent[]): ChatEvent[] {
  return events.flatMap((event): ChatEvent[] => {
    const { raw: _raw, ...rest } = event;
    if (rest.type === "opaque") return [];
    return [rest.type === "end" ? omitKeys(rest, "body") : rest];
  });
}

function omitKeys<T extends object, K extends string>(value: T, ...names: K[]): T {
  const copy: T = { ...value };
  for (const name of names) if (name in copy) Reflect.deleteProperty(copy, name);
  return copy;
}

describe("answers written by this server", () => {
  const forms = [
    ["for another vendor", null, toForeign],
    ["without the vendor's events", "openai_responses", toUnstreamed],
  ] as const;
  for (const recording of responsesRecordings) {
    for (const [name, format, strip] of forms) {
      test(`${recording.name}: the stream equals the whole answer, ${name}`, async () => {
        const events = strip(await collectEvents(await open(recording)));
        const context = createAnswerContext(format);
        const whole = JSON.parse(
          JSON.stringify(openaiResponsesDialect.encodeResponse(foldAll(format, events), context)),
        );

        const text = openaiResponsesDialect.createStreamEncoder(context).encode(events);
        expect(readEvents(text).at(-1)?.data).toMatchObject({ response: whole });

        const client = new OpenAI({
          apiKey: "token",
          baseURL: "http://server.test/v1",
          fetch: async () =>
            new Response(text, { headers: { "content-type": "text/event-stream" } }),
        });
        const final = await client.responses.stream({ model: "m", input: "Hi" }).finalResponse();
        expect(JSON.parse(JSON.stringify(final.output))).toMatchObject(whole.output);
      });
    }
  }
});

/** What identifies a refusal: the vendor's words, without a code that only repeats the type. */
function refusalIn(body: unknown): JsonObject {
  const { error } = z.object({ error: jsonObjectSchema }).parse(body);
  return { ...error, code: error.code === error.type ? null : error.code };
}

describe("refusals of the Responses API", () => {
  const refusals = responsesExchanges.filter(({ response }) =>
    [400, 404, 413, 422].includes(response.status),
  );
  test.each(refusals.map(({ path, response }) => [path, response] as const))(
    "%s comes back with OpenAI's status, code and words",
    async (_, { status, body }) => {
      const played = playResponses(jsonResponse(body, status));
      const call = createTestCall({ messages: [{ role: "user", content: "Hi" }] });
      const error = await requireAvailable(createOpenaiProvider(ENV, createTestDeps(played.fetch)))
        .open(call)
        .catch((thrown) => thrown);
      const encoded = openaiResponsesDialect.encodeError(error, "req_1");
      const refusal = refusalIn(body);
      expect(encoded.body).toEqual({ error: refusal });
      // For an unknown model OpenAI answers 400 here and 404 elsewhere; this server always answers
      // 404.
      expect(encoded.status).toBe(refusal.code === "model_not_found" ? 404 : status);
    },
  );
});
