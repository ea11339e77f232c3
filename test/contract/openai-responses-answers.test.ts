import { describe, expect, test } from "bun:test";
import type { ChatEvent, EventStream } from "../../src/chat/event.ts";
import { createEventFold } from "../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import { encodeInput } from "../../src/formats/openai-responses/encode-input.ts";
import { isJsonObject } from "../../src/json/is-json-object.ts";
import { createOpenaiProvider } from "../../src/providers/openai/index.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { collectEvents, createTestCall, createTestDeps, type PlayedResponse, playResponses } from "../support/play-response.ts";
import { hasRecordings, NEEDS_RECORDINGS } from "../support/recordings.ts";
import { rejectionOf } from "../support/rejection.ts";
import {
  finishedItems,
  finishedResponse,
  normalizeResponses,
  type ResponsesRecording,
  responsesRecordings,
} from "../support/responses-recordings.ts";
import { cutAfterEachEvent, SPLITS } from "../support/split-bytes.ts";

const REQUEST: ChatRequest = { messages: [{ role: "user", content: "Hi" }] };
const ENV = { OPENAI_API_KEY: "key", OPENAI_BASE_URL: "http://openai.test/v1", OPENAI_DEFAULT_MODEL: "gpt-test" };

function open(response: PlayedResponse, stream: boolean): Promise<EventStream> {
  const provider = createOpenaiProvider(ENV, createTestDeps(playResponses(response).fetch));
  return provider.open(createTestCall(REQUEST, { model: { id: "gpt-asked" }, stream }));
}

async function play({ bytes, streamed }: ResponsesRecording, pieces: readonly Uint8Array[] = [bytes]): Promise<ChatEvent[]> {
  const type = streamed ? "text/event-stream; charset=utf-8" : "application/json";
  return collectEvents(await open({ headers: { "content-type": type }, body: pieces }, streamed));
}

function fold(events: readonly ChatEvent[]) {
  const folded = createEventFold("openai_responses");
  folded.add(events);
  return folded.response();
}

/** OpenAI encrypts reasoning anew in the end mark: the same item, other bytes. */
function withoutSecrets(items: unknown): unknown {
  return JSON.parse(
    JSON.stringify(normalizeResponses(items), (name, value) => (name === "encrypted_content" && value !== "" ? "secret" : value)),
  );
}

/** In progress or queued: a background call's first answer, which is no answer yet. */
const UNFINISHED = responsesRecordings.filter((recording) =>
  /^(?:queued|in_progress)$/.test(String(finishedResponse(recording).status)),
);
const FINISHED = responsesRecordings.filter((recording) => !UNFINISHED.includes(recording));

/** Their end mark has other ids than the events before it. */
const IDS_CHANGE = new Set([
  "github-copilot-id-rotation.1 (stream)",
  "test_openai_responses__test_openai_responses_raw_cot_stream_openrouter",
]);

describe.skipIf(!hasRecordings)(`recorded answers of the Responses API ${NEEDS_RECORDINGS}`, () => {
  for (const recording of FINISHED) {
    describe(recording.name, () => {
      test("keeps the order of events and says what was recorded", async () => {
        const events = await play(recording);
        expectEventOrder(events);
        const answer = fold(events);
        const response = finishedResponse(recording);
        if (!IDS_CHANGE.has(recording.name)) expect(answer.id).toBe(String(response.id));
        expect(answer.model).toBe(String(response.model));
        const usage = isJsonObject(response.usage) ? response.usage : {};
        expect(answer.usage?.input_tokens).toBe(Number(usage.input_tokens));
        expect(answer.usage?.output_tokens).toBe(Number(usage.output_tokens));
        expect(answer.usage?.total_tokens).toBe(Number(usage.total_tokens));

        const { input } = encodeInput([{ role: "assistant", content: answer.content }], () => {
          throw new Error("an answer of this format gave a warning");
        });
        expect(normalizeResponses(input)).toEqual(normalizeResponses(finishedItems(recording)));
        if (!IDS_CHANGE.has(recording.name)) {
          expect(withoutSecrets(input)).toEqual(withoutSecrets(response.output));
        }
        expect(answer.body).toEqual({ format: "openai_responses", value: response });
      });

      if (!recording.streamed) return;
      for (const [name, split] of SPLITS) {
        test(`gives the same events ${name}`, async () => {
          expect(await play(recording, split(recording.bytes))).toEqual(await play(recording));
        });
      }

      test("cut after any event never ends", async () => {
        for (const prefix of cutAfterEachEvent(recording.bytes)) {
          const text = new TextDecoder().decode(prefix);
          if (/"type":\s?"response\.(?:completed|incomplete)"/.test(text)) continue;
          const events = await play(recording, [prefix]);
          expectEventOrder(events);
          const last = events[events.length - 1];
          expect(last?.type === "error" && last.error.code).toBe("upstream_incomplete");
        }
      });

      test("carries every event of the vendor's once, as it was read", async () => {
        const raws = (await play(recording)).flatMap(({ raw }) => (raw ? [JSON.parse(raw.data)] : []));
        expect(raws).toEqual(recording.data);
      });
    });
  }

  test("a background call's first answer is not taken for an answer", async () => {
    expect(UNFINISHED.length).toBe(3);
    for (const recording of UNFINISHED) {
      expect(await rejectionOf(play(recording))).toMatchObject({ code: "upstream_incomplete" });
    }
  });

  test("all of them are there", () => {
    expect(FINISHED.filter(({ streamed }) => !streamed).length).toBe(66);
    expect(FINISHED.filter(({ streamed }) => streamed).length).toBeGreaterThanOrEqual(31);
  });
});
