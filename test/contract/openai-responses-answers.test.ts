import { describe, expect, test } from "bun:test";
import type { ChatEvent, EventStream } from "../../src/chat/event.ts";
import { encodeInput } from "../../src/formats/openai-responses/encode-input.ts";
import { isJsonObject } from "../../src/json/json-object.ts";
import { createOpenaiProvider } from "../../src/providers/openai/index.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { foldAll } from "../support/fold-all.ts";
import { collectEvents, type PlayedResponse, playAnswer } from "../support/play-response.ts";
import { hasRecordings } from "../support/recordings.ts";
import { rejectionOf } from "../support/rejection.ts";
import {
  contradictoryRecordings,
  failedRecordings,
  finishedItems,
  finishedResponse,
  normalizeResponses,
  type ResponsesRecording,
  responsesRecordings,
  unfinishedRecordings,
} from "../support/responses-recordings.ts";
import { cutAfterEachEvent, splitsFor } from "../support/split-bytes.ts";

const ENV = {
  OPENAI_API_KEY: "key",
  OPENAI_BASE_URL: "http://openai.test/v1",
  OPENAI_DEFAULT_MODEL: "gpt-test",
};

function open(response: PlayedResponse, stream: boolean): Promise<EventStream> {
  return playAnswer((deps) => createOpenaiProvider(ENV, deps), response, {
    model: { id: "gpt-asked" },
    stream,
  });
}

async function play(
  { bytes, streamed }: ResponsesRecording,
  pieces: readonly Uint8Array[] = [bytes],
): Promise<ChatEvent[]> {
  const type = streamed ? "text/event-stream; charset=utf-8" : "application/json";
  return collectEvents(await open({ headers: { "content-type": type }, body: pieces }, streamed));
}

function fold(events: readonly ChatEvent[]) {
  return foldAll("openai_responses", events);
}

/**
 * OpenAI encrypts reasoning and programs again in the last event: the same item, other bytes
 * (always a Fernet token).
 */
function withoutSecrets(items: unknown): unknown {
  return JSON.parse(
    JSON.stringify(normalizeResponses(items), (_, value) =>
      typeof value === "string" && value.startsWith("gAAAAAB") ? "secret" : value,
    ),
  );
}

/** Some servers rename the answer or its items in the last event (GitHub Copilot, OpenRouter). */
function keepsIds({ data }: ResponsesRecording): boolean {
  const ids = new Set<unknown>();
  for (const { type, response, item } of data) {
    if (type === "response.created" && isJsonObject(response)) ids.add(response.id);
    if (type === "response.output_item.done" && isJsonObject(item)) ids.add(item.id);
    if (type !== "response.completed" || !isJsonObject(response)) continue;
    const items: unknown[] = Array.isArray(response.output) ? response.output : [];
    return [response, ...items].every((named) => isJsonObject(named) && ids.has(named.id));
  }
  return true;
}

describe("answers of the Responses API", () => {
  for (const recording of responsesRecordings) {
    describe(recording.name, () => {
      test("keeps the order of events and matches the recording", async () => {
        const events = await play(recording);
        expectEventOrder(events);
        const answer = fold(events);
        const response = finishedResponse(recording);
        if (keepsIds(recording)) expect(answer.id).toBe(String(response.id));
        expect(answer.model).toBe(String(response.model));
        const usage = isJsonObject(response.usage) ? response.usage : {};
        expect(answer.usage?.input_tokens).toBe(Number(usage.input_tokens));
        expect(answer.usage?.output_tokens).toBe(Number(usage.output_tokens));
        expect(answer.usage?.total_tokens).toBe(Number(usage.total_tokens));

        const { input } = encodeInput([{ role: "assistant", content: answer.content }], () => {
          throw new Error("an answer of this format gave a warning");
        });
        expect(normalizeResponses(input)).toEqual(normalizeResponses(finishedItems(recording)));
        if (keepsIds(recording)) {
          expect(withoutSecrets(input)).toEqual(withoutSecrets(response.output));
        }
        expect(answer.body).toEqual({ format: "openai_responses", value: response });
      });

      if (!recording.streamed) return;
      for (const [name, split] of splitsFor(recording.bytes)) {
        test(`gives the same events ${name}`, async () => {
          expect(await play(recording, split(recording.bytes))).toEqual(await play(recording));
        });
      }

      test("cut after any event, it never ends", async () => {
        for (const prefix of cutAfterEachEvent(recording.bytes)) {
          const text = new TextDecoder().decode(prefix);
          if (/"type":\s?"response\.(?:completed|incomplete)"/.test(text)) continue;
          const events = await play(recording, [prefix]);
          expectEventOrder(events);
          const last = events[events.length - 1];
          expect(last?.type === "error" && last.error.code).toBe("upstream_incomplete");
        }
      });

      test("has every vendor event once, as it was read", async () => {
        const raws = (await play(recording)).flatMap(({ raw }) =>
          raw ? [JSON.parse(raw.data)] : [],
        );
        expect(raws).toEqual(recording.data);
      });
    });
  }

  test("a background call's first response is not taken for the answer", async () => {
    expect(unfinishedRecordings.length).toBeGreaterThan(0);
    for (const recording of unfinishedRecordings) {
      expect(await rejectionOf(play(recording))).toMatchObject({ code: "upstream_incomplete" });
    }
  });

  test("an answer that failed is an error with the vendor's code", async () => {
    for (const recording of failedRecordings) {
      const { error } = finishedResponse(recording);
      const events = await play(recording);
      expectEventOrder(events);
      const last = events[events.length - 1];
      expect(last?.type === "error" && last.error.upstreamCode).toBe(
        isJsonObject(error) ? String(error.code) : "",
      );
    }
  });

  test("there are many, and few contradict themselves", () => {
    expect(responsesRecordings.filter(({ streamed }) => !streamed).length).toBeGreaterThan(
      hasRecordings ? 40 : 20,
    );
    expect(responsesRecordings.filter(({ streamed }) => streamed).length).toBeGreaterThan(20);
    expect(responsesRecordings.filter((recording) => !keepsIds(recording)).length).toBeLessThan(
      responsesRecordings.length / 20,
    );
    expect(contradictoryRecordings.length).toBeLessThan(responsesRecordings.length / 50);
  });
});
