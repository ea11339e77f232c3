import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import type { JsonObject } from "../../src/json/json-object.ts";
import { isJsonObject } from "../../src/json/json-object.ts";
import { jsonResponse, type PlayedResponse, sseResponse } from "../support/play-response.ts";
import { createPlayedApp } from "../support/played-app.ts";
import {
  CREATED,
  callEvents,
  callItem,
  completed,
  messageEvents,
  messageItem,
  responseObject,
} from "../support/responses-stream.ts";
import { sseText } from "../support/sse-text.ts";

const ITEMS = [messageItem("msg_1", "Hello"), callItem("fc_1", "call_1", "get", '{"city":"Bern"}')];
const EVENTS: readonly JsonObject[] = [
  CREATED,
  ...messageEvents(0, "msg_1", "Hello"),
  ...callEvents(1, ITEMS[1] ?? {}),
  completed(ITEMS),
];

function without(holder: JsonObject, ...fields: string[]): JsonObject {
  return Object.fromEntries(Object.entries(holder).filter(([name]) => !fields.includes(name)));
}

/** The events without fields of their own, and of their items. */
function lacking(fields: string[], itemFields: string[] = []): JsonObject[] {
  const bare = ITEMS.map((item) => without(item, ...itemFields));
  return [...EVENTS.slice(0, -1), completed(bare)].map((event) => {
    const { item } = event;
    return without(
      isJsonObject(item) ? { ...event, item: without(item, ...itemFields) } : event,
      ...fields,
    );
  });
}

/** What servers that copy the Responses API stream, behind a first event like OpenAI's. */
const STREAMS: readonly (readonly [string, readonly JsonObject[]])[] = [
  ["no first event", EVENTS.slice(1)],
  ["another first event", [{ ...CREATED, type: "response.in_progress" }, ...EVENTS.slice(1)]],
  [
    "no output in the first event",
    [
      { ...CREATED, response: without(responseObject({ status: "in_progress" }), "output") },
      ...EVENTS.slice(1),
    ],
  ],
  ["no numbers", lacking(["output_index", "content_index"])],
  ["no numbers and no ids", lacking(["output_index", "content_index", "item_id"], ["id"])],
  ["no ids", lacking(["item_id"], ["id"])],
  ["a message that is bare", lacking([], ["role", "status"])],
  ["no items at the end", [...EVENTS.slice(0, -1), completed([])]],
];

const BODIES: readonly (readonly [string, JsonObject])[] = [
  ["a text in place of the content", { ...ITEMS[0], content: "Hello" }],
  ["no annotations", { ...ITEMS[0], content: [{ type: "output_text", text: "Hello" }] }],
  ["no id and no role", without(ITEMS[0] ?? {}, "id", "role")],
];

/** OpenAI's client, in front of a vendor that answers so. */
function createClient(answer: PlayedResponse): OpenAI {
  const played = createPlayedApp({ OPENAI_API_KEY: "k" }, answer);
  return new OpenAI({
    apiKey: "unused",
    baseURL: "http://server.test/v1",
    maxRetries: 0,
    async fetch(_url, init) {
      const { text, status, headers } = await played(
        "/v1/responses",
        JSON.parse(String(init?.body)),
      );
      return new Response(text, { status, headers });
    },
  });
}

const QUESTION = { model: "openai/gpt-6.1-terra", input: "Hi" };

function told({ output_text: text, output }: OpenAI.Responses.Response) {
  return {
    text,
    calls: output.flatMap((item) => (item.type === "function_call" ? [item.arguments] : [])),
    ids: output.every(({ id }) => typeof id === "string"),
  };
}

describe("OpenAI's client reads a server that copies the Responses API", () => {
  test.each(STREAMS)("with %s in a stream", async (_, events) => {
    const client = createClient(sseResponse(sseText(events)));
    const response = await client.responses.stream(QUESTION).finalResponse();
    expect(told(response)).toEqual({ text: "Hello", calls: ['{"city":"Bern"}'], ids: true });
  });

  test("with types only in the names of its events", async () => {
    const text = EVENTS.map(
      (event) => `event: ${event.type}\ndata: ${JSON.stringify(without(event, "type"))}\n\n`,
    ).join("");
    const response = await createClient(sseResponse(text))
      .responses.stream(QUESTION)
      .finalResponse();
    expect(told(response)).toEqual({ text: "Hello", calls: ['{"city":"Bern"}'], ids: true });
  });

  test.each(BODIES)("with %s in a whole answer", async (_, message) => {
    const body = responseObject({ output: [message, ITEMS[1]] });
    const response = await createClient(jsonResponse(body)).responses.create(QUESTION);
    expect(told(response)).toEqual({ text: "Hello", calls: ['{"city":"Bern"}'], ids: true });
    const [first] = response.output;
    expect(first).toMatchObject({
      role: "assistant",
      content: [{ type: "output_text", annotations: [] }],
    });
  });

  test("whose text is told in every API", async () => {
    const body = responseObject({ output: [{ ...ITEMS[0], content: "Hello" }] });
    const played = createPlayedApp({ OPENAI_API_KEY: "k" }, jsonResponse(body));
    const { messages } = { messages: [{ role: "user", content: "Hi" }] };
    const answer = await played("/chat", { model: QUESTION.model, messages });
    expect(answer.body.text).toBe("Hello");
  });
});
