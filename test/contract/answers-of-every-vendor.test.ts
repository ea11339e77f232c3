import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { isJsonObject, type JsonObject } from "../../src/json/json-object.ts";
import { readObjects } from "../../src/json/narrow.ts";
import { APIS, createPlayedApp, type PlayedAnswer } from "../support/played-app.ts";
import { WORDING_VENDORS, type WordedAnswer } from "../support/worded-answers.ts";

/** Every vendor's answer to every API, whole and streamed. */
const WAYS = WORDING_VENDORS.flatMap((vendor) =>
  APIS.flatMap(([path, body]) =>
    [false, true].map((stream) => {
      const name = `${vendor.name} to ${path}, ${stream ? "streamed" : "whole"}`;
      return [
        name,
        { vendor, path, stream, body: { ...body, model: vendor.model, stream } },
      ] as const;
    }),
  ),
);
type Way = (typeof WAYS)[number][1];

function ask({ vendor, path, stream, body }: Way, worded: WordedAnswer): Promise<PlayedAnswer> {
  return createPlayedApp(vendor.env, vendor.answer(worded, stream))(path, body);
}

const CALL = { id: "call_1", name: "get", arguments: '{"city":"Paris"}' };

/** How an answer ended, in the words of each API. */
const FINISH: Readonly<Record<string, { calls: RegExp; length: RegExp }>> = {
  "/chat": { calls: /"finish_reason":"tool_calls"/, length: /"finish_reason":"length"/ },
  "/v1/chat/completions": {
    calls: /"finish_reason":"tool_calls"/,
    length: /"finish_reason":"length"/,
  },
  "/v1/responses": { calls: /"type":"function_call"/, length: /"status":"incomplete"/ },
  "/v1/messages": { calls: /"stop_reason":"tool_use"/, length: /"stop_reason":"max_tokens"/ },
};

function isOwn({ vendor, path }: Way): boolean {
  return OWN[vendor.name] === path;
}
const OWN: Readonly<Record<string, string>> = {
  compatible: "/v1/chat/completions",
  openai: "/v1/responses",
  claude: "/v1/messages",
};

describe("an answer that ends in a call", () => {
  test.each(WAYS)("%s: is one, even if the vendor calls it a natural end", async (_, way) => {
    const { text } = await ask(way, { text: "So:", calls: [CALL], finish: way.vendor.ends.stop });
    expect(text).toMatch(FINISH[way.path]?.calls ?? /never/);
    expect(text).not.toMatch(/"(?:finish_reason|stop_reason)":"(?:stop|end_turn)"/);
  });
});

describe("an end in a word that nobody knows", () => {
  test.each(WAYS)("%s: keeps the text, is no natural end, and is told", async (_, way) => {
    const word = way.vendor.name === "gemini" ? "TOMORROW" : "tomorrow";
    const { status, text, body } = await ask(way, { text: "Once upon", finish: word });
    expect(status).toBe(200);
    expect(text).toContain("Once upon");
    expect(text).toContain("upstream_warning");
    // A new word of Anthropic's own may be known to its clients.
    const isPassed = isOwn(way) && way.vendor.name === "claude";
    expect(text).toMatch(
      isPassed ? /"stop_reason":"tomorrow"/ : (FINISH[way.path]?.length ?? /never/),
    );
    if (!way.stream) expect(body.warnings).toMatchObject([{ code: "upstream_warning" }]);
  });
});

describe("a call whose arguments are no JSON", () => {
  const BROKEN = [
    ["cut", '{"city":"Par'],
    ["no object", '"Paris"'],
    ["two values", '{"city":"Paris"}{"city":"Rome"}'],
  ] as const;

  const ALL = WAYS.flatMap(([name, way]) =>
    BROKEN.map(([how, written]) => [`${name}, ${how}`, way, written] as const),
  );
  test.each(ALL)("%s: is told, and never as another call", async (_, way, written) => {
    const calls = [{ ...CALL, arguments: written }];
    const answer = await ask(way, { calls, finish: way.vendor.ends.calls });
    expect(answer.status).toBe(200);
    if (way.path === "/v1/messages" && way.stream && !isOwn(way)) {
      expect(answer.events.at(-1)).toMatchObject({ type: "error", error: { type: "api_error" } });
      expect(answer.text).not.toMatch(/content_block_stop|message_delta|message_stop/);
      return;
    }
    expect(answer.text).toContain("tool_arguments_invalid");
    if (way.stream) return;
    expect(answer.headers.get("x-warnings")).toContain("tool_arguments_invalid");
    const { tool_calls, content } = answer.body;
    if (way.path === "/chat")
      expect(tool_calls).toMatchObject([
        { arguments: null, arguments_text: expect.stringMatching(/Par/) },
      ]);
    else if (way.path === "/v1/messages")
      expect(content).toMatchObject([{ input: { invalid_json_arguments: expect.any(String) } }]);
    else expect(answer.text).toMatch(/"(?:arguments|input)":"[^}]*Par/);
  });

  const streamed = WAYS.filter(([, { path, stream }]) => path === "/v1/messages" && stream);
  test.each(streamed)("%s: Anthropic's client never makes a call of it", async (_, way) => {
    const calls = [{ ...CALL, arguments: '{"city":"Par' }, CALL];
    const { text } = await ask(way, { calls, finish: way.vendor.ends.calls });
    const fetch = async () =>
      new Response(text, { headers: { "content-type": "text/event-stream" } });
    const client = new Anthropic({ apiKey: "test", fetch, maxRetries: 0, logLevel: "off" });
    const messages: Anthropic.MessageParam[] = [{ role: "user", content: "Hi" }];
    const blocks: unknown[] = [];
    const read = client.messages
      .stream({ model: "m", max_tokens: 10, messages })
      .on("contentBlock", (block) => blocks.push(block))
      .finalMessage();
    // From Anthropic itself it gets what a direct call would have given.
    if (isOwn(way)) {
      expect((await read).content).toHaveLength(2);
      return;
    }
    const failure = await read.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(String(failure)).toContain("are not a JSON object");
    expect(blocks).toEqual([]);
  });

  test.each(WAYS)("%s: of one that was cut at its limit, the limit is told", async (_, way) => {
    const calls = [{ ...CALL, arguments: '{"city":"Par' }];
    const { text } = await ask(way, {
      calls,
      finish: way.vendor.ends.length,
    });
    expect(text).toContain("tool_arguments_invalid");
    expect(text).toMatch(FINISH[way.path]?.length ?? /never/);
    expect(text).not.toContain('"error":{');
  });
});

describe("two calls with one id", () => {
  /** The ids of an answer's calls, wherever they stand in it. */
  const ID = /"(?:call_id|id)":"(call_1\w*)"/g;

  test.each(WAYS)("%s: get two, of which one is the vendor's", async (_, way) => {
    const calls = [CALL, { ...CALL, arguments: '{"city":"Rome"}' }];
    const { text } = await ask(way, { calls, finish: way.vendor.ends.calls });
    const ids = new Set([...text.matchAll(ID)].map(([, id]) => id));
    expect([...ids]).toEqual(["call_1", "call_1_2"]);
    for (const { index } of text.matchAll(/Rome/g)) {
      const before = text.slice(0, index);
      expect([...before.matchAll(ID)].at(-1)?.[1]).toBe("call_1_2");
    }
  });
});

describe("a refusal in the model's own words", () => {
  const REFUSING = WAYS.filter(([, { vendor }]) => /compatible|openai/.test(vendor.name));
  const words = "I cannot help with that.";

  /** Where each API says it, in a whole answer and in a stream. */
  const PLACES: Readonly<Record<string, [whole: RegExp, streamed: RegExp]>> = {
    "/chat": [
      /"type":"text","text":"I cannot help[^}]*"refusal":true/,
      /"kind":"text"[^}]*"refusal":true.*"delta":"I cannot help/s,
    ],
    "/v1/chat/completions": [/"refusal":"I cannot help/, /"delta":\{[^}]*"refusal":"I cannot help/],
    "/v1/responses": [
      /"type":"refusal","refusal":"I cannot help/,
      /"type":"refusal","refusal":"I cannot help/,
    ],
    "/v1/messages": [
      /"type":"text","text":"I cannot help.*"explanation":"I cannot help/,
      /"type":"text_delta","text":"I cannot help.*"explanation":"I cannot help/s,
    ],
  };

  test.each(REFUSING)("%s: stands where this API has it", async (_, way) => {
    const { text } = await ask(way, { refusal: words, finish: way.vendor.ends.stop });
    expect(text).toMatch(PLACES[way.path]?.[way.stream ? 1 : 0] ?? /never/);
    // As an answer it stands in no other API than those that have no other place for it.
    if (way.path !== "/chat" && way.path !== "/v1/messages")
      expect(text).not.toMatch(/"(?:content|text|output_text)":"I cannot/);
    if (!isOwn(way))
      expect(text).toMatch(/"(?:finish_reason|stop_reason|reason)":"(?:content_filter|refusal)"/);
  });

  test.each([
    [
      "/v1/chat/completions",
      "openai",
      (body: JsonObject) => ({ messages: [HI, { ...firstChoice(body) }, HI] }),
      /\{"type":"refusal","refusal":"I cannot help/,
    ],
    [
      "/v1/responses",
      "compatible",
      ({ output }: JsonObject) => ({ input: [HI, ...(Array.isArray(output) ? output : []), HI] }),
      /"role":"assistant","content":null,"refusal":"I cannot help/,
    ],
    [
      "/chat",
      "openai",
      ({ content }: JsonObject) => ({ messages: [HI, { role: "assistant", content }, HI] }),
      /\{"type":"refusal","refusal":"I cannot help/,
    ],
  ] as const)("comes back from %s to %s as one", async (path, name, next, expected) => {
    const found = WAYS.find(
      ([, way]) => way.path === path && way.vendor.name === name && !way.stream,
    );
    if (!found) throw new Error("no such way");
    const [, way] = found;
    const { body } = await ask(way, { refusal: words, finish: way.vendor.ends.stop });
    const { sent } = await ask(
      { ...way, body: { model: way.vendor.model, stream: false, ...next(body) } },
      { text: "ok", finish: way.vendor.ends.stop },
    );
    expect(JSON.stringify(sent[0])).toMatch(expected);
  });
});

const HI = { role: "user", content: "Hi" };

function firstChoice({ choices }: JsonObject): JsonObject {
  const [choice] = readObjects(choices);
  return isJsonObject(choice?.message) ? choice.message : {};
}
