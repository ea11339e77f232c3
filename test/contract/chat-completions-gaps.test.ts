import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import type { JsonObject } from "../../src/json/json-object.ts";
import { jsonResponse, type PlayedResponse, sseResponse } from "../support/play-response.ts";
import { createPlayedApp } from "../support/played-app.ts";
import { completionChunk as chunk, DONE, sseText } from "../support/sse-text.ts";

const ENV = {
  COMPATIBLE_PROVIDERS: JSON.stringify([{ name: "generic", base_url: "http://generic.test/v1" }]),
};
const THINKING = { type: "thinking", thinking: [{ type: "text", text: "Hm." }] };
const HEL = { type: "text", text: "Hel" };
const LO = { type: "text", text: "lo" };

function body(message: JsonObject, fields: JsonObject = {}): JsonObject {
  const choices = [{ message: { role: "assistant", ...message }, finish_reason: "stop" }];
  return { id: "c1", object: "chat.completion", created: 1, model: "m", choices, ...fields };
}

/** The answer "Hello" in a stream and whole, as some servers write it. */
const ANSWERS: readonly (readonly [string, readonly JsonObject[], JsonObject])[] = [
  [
    "a list of texts",
    [chunk({ content: [HEL] }), chunk({ content: [LO] })],
    body({ content: [HEL, LO] }),
  ],
  [
    "a list with thinking",
    [chunk({ content: [THINKING] }), chunk({ content: [HEL, LO] })],
    body({ content: [THINKING, HEL, LO] }),
  ],
  [
    "no index of the choice",
    [{ id: "c1", choices: [{ delta: { content: "Hello" } }] }],
    body({ content: "Hello" }),
  ],
  [
    "an id and a time of other types",
    [chunk({ content: "Hello" }, null, { id: 1, created: "1" })],
    body({ content: "Hello" }, { id: 1, created: "1" }),
  ],
  ["an empty role", [chunk({ role: "", content: "Hello" })], body({ role: "", content: "Hello" })],
];

function createClient(answer: PlayedResponse): OpenAI {
  const played = createPlayedApp(ENV, answer);
  return new OpenAI({
    apiKey: "unused",
    baseURL: "http://server.test/v1",
    maxRetries: 0,
    async fetch(_url, init) {
      const asked = JSON.parse(String(init?.body));
      const { text, status, headers } = await played("/v1/chat/completions", asked);
      return new Response(text, { status, headers });
    },
  });
}

const QUESTION = { model: "generic/m", messages: [{ role: "user" as const, content: "Hi" }] };
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

describe("OpenAI's client reads an answer of Chat Completions with", () => {
  test.each(ANSWERS)("%s, streamed", async (how, chunks) => {
    const end = chunk({}, "stop", { usage: USAGE });
    const client = createClient(sseResponse(sseText([...chunks, end, DONE])));
    const { choices } = await client.chat.completions.stream(QUESTION).finalChatCompletion();
    expect(choices[0]?.message).toMatchObject({ role: "assistant", content: "Hello" });
    if (how.includes("thinking"))
      expect(choices[0]?.message).toMatchObject({ reasoning_content: "Hm." });
  });

  test.each(ANSWERS)("%s, whole", async (how, _chunks, whole) => {
    const answer = jsonResponse({ ...whole, usage: USAGE });
    const { id, created, choices } = await createClient(answer).chat.completions.create(QUESTION);
    expect({ id: typeof id, created }).toEqual({ id: "string", created: 1 });
    expect(choices[0]).toMatchObject({
      index: 0,
      message: { role: "assistant", content: "Hello" },
    });
    if (how.includes("thinking"))
      expect(choices[0]?.message).toMatchObject({ reasoning_content: "Hm." });
  });
});

test("a list with something else than texts is left as it is", async () => {
  const content = [HEL, { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }];
  const ask = createPlayedApp(ENV, jsonResponse({ ...body({ content }), usage: USAGE }));
  const answer = await ask("/v1/chat/completions", QUESTION);
  expect(answer.body.choices).toMatchObject([{ message: { content } }]);
});

test.each([
  ["no type", {}],
  ["a type that is null", { type: null }],
])("a call with %s is a function's", async (_, type) => {
  const call = { id: "t1", ...type, function: { name: "get", arguments: "{}" } };
  const first = chunk({ tool_calls: [{ index: 0, ...call }] });
  const end = chunk({}, "tool_calls", { usage: USAGE });
  const streamed = createClient(sseResponse(sseText([first, end, DONE])));
  const read = await streamed.chat.completions.stream(QUESTION).finalChatCompletion();
  const whole = createClient(
    jsonResponse({ ...body({ content: null, tool_calls: [call] }), usage: USAGE }),
  );
  for (const { choices } of [read, await whole.chat.completions.create(QUESTION)])
    expect(choices[0]?.message.tool_calls).toMatchObject([{ id: "t1", type: "function" }]);
});
