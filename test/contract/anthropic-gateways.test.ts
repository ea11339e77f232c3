import { describe, expect, test } from "bun:test";
import { isJsonObject, type JsonObject } from "../../src/json/json-object.ts";
import { jsonResponse, type PlayedResponse, sseResponse } from "../support/play-response.ts";
import { APIS, createPlayedApp } from "../support/played-app.ts";
import {
  messageSchema,
  readStreamedMessage,
  summarizeMessage,
} from "../support/read-anthropic-message.ts";
import { sseText } from "../support/sse-text.ts";

type Event = JsonObject & { type: string };

const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-x",
  content: [],
  stop_reason: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};
const CALL = { type: "tool_use", id: "toolu_1", name: "get", input: {} };

/** An answer as Anthropic streams it: a text and a call. */
const EVENTS: readonly Event[] = [
  { type: "message_start", message: MESSAGE },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: CALL },
  {
    type: "content_block_delta",
    index: 1,
    delta: { type: "input_json_delta", partial_json: '{"city":"Paris"}' },
  },
  { type: "content_block_stop", index: 1 },
  { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } },
  { type: "message_stop" },
];

/** The events with each of those of a type changed; undefined leaves it out. */
function changed(...changes: [type: string, change: (event: Event) => Event | undefined][]) {
  return EVENTS.flatMap((event) => {
    let result: Event | undefined = event;
    for (const [type, change] of changes)
      if (result && event.type.startsWith(type)) result = change(result);
    return result ? [result] : [];
  });
}

function without({ ...event }: Event, ...fields: string[]): Event {
  for (const field of fields) delete event[field];
  return event;
}

/** An event with fields of the object in one of its fields set, or left out if undefined. */
const within = (field: string, fields: JsonObject) => (event: Event) => ({
  ...event,
  [field]: JSON.parse(
    JSON.stringify(isJsonObject(event[field]) ? { ...event[field], ...fields } : {}),
  ),
});

const atIndex = (index: (index: number) => number) => (event: Event) =>
  typeof event.index === "number" ? { ...event, index: index(event.index) } : event;

/** What servers that copy Anthropic's API stream. */
const STREAMS: readonly (readonly [string, readonly (Event | string)[]])[] = [
  ["no indexes", changed(["content_block", (event) => without(event, "index")])],
  ["one index for all blocks", changed(["content_block", atIndex(() => 0)])],
  ["indexes that begin at 1", changed(["content_block", atIndex((index) => index + 1)])],
  ["blocks that do not end", changed(["content_block_stop", () => undefined])],
  [
    "blocks that end together",
    [
      ...EVENTS.filter(({ type, index }) => type !== "content_block_stop" || index !== 0).slice(
        0,
        5,
      ),
      { type: "content_block_stop", index: 0 },
      ...EVENTS.slice(6),
    ],
  ],
  [
    "no counts",
    changed(
      ["message_start", within("message", { usage: undefined })],
      ["message_delta", (event) => without(event, "usage")],
    ),
  ],
  [
    "counts that are null",
    changed(
      ["message_start", within("message", { usage: { input_tokens: null, output_tokens: null } })],
      ["message_delta", (event) => ({ ...event, usage: { output_tokens: null } })],
    ),
  ],
  [
    "a bare message",
    changed([
      "message_start",
      within("message", { id: undefined, model: undefined, content: undefined, role: undefined }),
    ]),
  ],
  [
    "no text in a block's start",
    changed([
      "content_block_start",
      within("content_block", { text: undefined, input: undefined }),
    ]),
  ],
  [
    "a call without an id",
    changed(["content_block_start", within("content_block", { id: undefined })]),
  ],
  ["an empty id of a call", changed(["content_block_start", within("content_block", { id: "" })])],
  ["OpenAI's end marker", [...EVENTS.slice(0, -1), "[DONE]"]],
];

const WHOLE = {
  ...MESSAGE,
  content: [
    { type: "text", text: "Hello" },
    { ...CALL, input: { city: "Paris" } },
  ],
  stop_reason: "tool_use",
  usage: { input_tokens: 3, output_tokens: 5 },
};
const BODIES: readonly (readonly [string, JsonObject])[] = [
  ["no counts", { ...WHOLE, usage: undefined }],
  ["counts that are null", { ...WHOLE, usage: null }],
  ["a bare message", { content: WHOLE.content, stop_reason: "tool_use", usage: WHOLE.usage }],
  [
    "a call without an id",
    { ...WHOLE, content: [WHOLE.content[0], { ...WHOLE.content[1], id: undefined }] },
  ],
  [
    "arguments as a text",
    { ...WHOLE, content: [WHOLE.content[0], { ...WHOLE.content[1], input: '{"city":"Paris"}' }] },
  ],
];

async function ask(path: string, body: JsonObject, stream: boolean, answer: PlayedResponse) {
  const played = createPlayedApp({ ANTHROPIC_API_KEY: "sk-ant-api03-x" }, answer);
  return played(path, { ...body, model: "claude/claude-sonnet-4-5", stream });
}

describe.each(APIS)("a server that copies Anthropic's API is understood in %s", (path, body) => {
  test.each(STREAMS)("with %s in a stream", async (_, events) => {
    const { text, status } = await ask(path, body, true, sseResponse(sseText(events)));
    expect(status).toBe(200);
    expect(text).toContain("Hello");
    expect(text.replaceAll("\\", "")).toContain('{"city":"Paris"}');
    expect(text).not.toContain('"error":{');
    if (path !== "/v1/messages") return;
    const told = summarizeMessage(readStreamedMessage(text));
    expect(told).toMatchObject({ text: "Hello", finish_reason: "tool_calls" });
    expect(told.parts).toEqual(["text", "tool_call"]);
    expect(told.tool_calls).toEqual([
      { id: expect.stringMatching(/^toolu_/), name: "get", arguments: { city: "Paris" } },
    ]);
    // Anthropic's client reads these without looking.
    for (const usage of text.matchAll(/"usage":\{[^}]*/g))
      expect(usage[0]).toMatch(/"output_tokens":\d/);
    expect([...text.matchAll(/"usage":/g)]).toHaveLength(2);
    expect([...text.matchAll(/^event: content_block_stop$/gm)]).toHaveLength(2);
    expect([...text.matchAll(/^event: message_stop$/gm)]).toHaveLength(1);
  });

  test.each(BODIES)("with %s in a whole answer", async (_, answer) => {
    const asked = await ask(path, body, false, jsonResponse(answer));
    expect(asked.status).toBe(200);
    expect(asked.text).toContain("Hello");
    expect(asked.text.replaceAll("\\", "")).toContain('{"city":"Paris"}');
    if (path !== "/v1/messages") return;
    const told = summarizeMessage(messageSchema.parse(asked.body));
    expect(told).toMatchObject({ text: "Hello", finish_reason: "tool_calls" });
    expect(told.tool_calls).toEqual([
      { id: expect.stringMatching(/^toolu_/), name: "get", arguments: { city: "Paris" } },
    ]);
    expect(asked.body.usage).toMatchObject({ input_tokens: expect.any(Number) });
  });
});

test("what was not counted is not told as nothing in /chat", async () => {
  const answer = jsonResponse({ ...WHOLE, usage: undefined });
  const [path, body] = APIS[0] ?? ["", {}];
  expect((await ask(path, body, false, answer)).body.usage).toBeNull();
});

test("types that stand only in the names of events are read, and passed on", async () => {
  const text = EVENTS.map(
    (event) => `event: ${event.type}\ndata: ${JSON.stringify(without(event, "type"))}\n\n`,
  ).join("");
  const [path, body] = APIS[3] ?? ["", {}];
  const answer = await ask(path, body, true, sseResponse(text));
  expect(summarizeMessage(readStreamedMessage(answer.text))).toMatchObject({
    text: "Hello",
    finish_reason: "tool_calls",
  });
});
