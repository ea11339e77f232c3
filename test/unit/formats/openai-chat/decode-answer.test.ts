import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import { openChatCompletions } from "../../../../src/formats/openai-chat/open-chat-completions.ts";
import { NO_QUIRKS } from "../../../../src/formats/openai-chat/quirks.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import { foldAll } from "../../../support/fold-all.ts";
import {
  collectEvents,
  createTestCall,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../../../support/play-response.ts";
import { rejectionOf } from "../../../support/rejection.ts";
import { completionChunk as chunk, DONE, sseText } from "../../../support/sse-text.ts";

const SERVER = { baseUrl: "http://server.test/v1", headers: {}, quirks: NO_QUIRKS };

function open(response: PlayedResponse, stream = true) {
  const call = createTestCall(
    { messages: [{ role: "user", content: "Hi" }] },
    { model: { id: "asked" }, stream },
  );
  return openChatCompletions(call, SERVER, createTestDeps(playResponses(response).fetch));
}

async function play(...data: readonly (JsonObject | string)[]): Promise<ChatEvent[]> {
  const events = await collectEvents(await open(sseResponse(sseText(data))));
  expectEventOrder(events);
  return events;
}

function fold(events: readonly ChatEvent[]) {
  return foldAll("openai_chat", events);
}

function errorOf(events: readonly ChatEvent[]) {
  const last = events[events.length - 1];
  if (last?.type !== "error") throw new Error("the answer did not fail");
  return last.error;
}

const STOP = chunk({}, "stop");

describe("the end of a stream", () => {
  test("is [DONE] after a finish reason", async () => {
    expect(fold(await play(chunk({ content: "Hi" }), STOP, DONE))).toMatchObject({
      id: "c1",
      model: "m",
      content: [{ type: "text", text: "Hi" }],
      finish_reason: "stop",
      raw_finish_reason: "stop",
      usage: null,
    });
  });

  test("may lack [DONE], but not the finish reason", async () => {
    expect((await play(chunk({ content: "Hi" }), STOP)).at(-1)?.type).toBe("end");
    expect(errorOf(await play(chunk({ content: "Hi" }))).code).toBe("upstream_incomplete");
    expect(errorOf(await play(chunk({ content: "Hi" }), DONE)).code).toBe("upstream_incomplete");
    expect(errorOf(await play(DONE)).code).toBe("upstream_incomplete");
  });

  test("without any finish reason is [DONE] after the usage (Snowflake)", async () => {
    const text = {
      id: "",
      model: "m",
      choices: [{ index: 0, delta: { content: "Hi", refusal: "", tool_calls: null } }],
    };
    const usage = {
      id: "",
      model: "m",
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    };
    expect(fold(await play(text, usage, DONE))).toMatchObject({
      content: [{ type: "text", text: "Hi" }],
      finish_reason: "stop",
      raw_finish_reason: null,
      usage: { total_tokens: 7 },
    });
    expect(errorOf(await play(text, usage)).code).toBe("upstream_incomplete");
    const counting = { ...text, usage: usage.usage };
    expect(errorOf(await play(counting, DONE)).code).toBe("upstream_incomplete");
  });

  test("anything after [DONE] is ignored", async () => {
    const events = await play(
      chunk({ content: "Hi" }),
      STOP,
      DONE,
      chunk({ content: "more" }),
      DONE,
    );
    expect(fold(events).content).toEqual([{ type: "text", text: "Hi" }]);
  });

  test("an empty finish reason is ignored", async () => {
    expect(errorOf(await play(chunk({ content: "Hi" }, ""))).code).toBe("upstream_incomplete");
  });

  for (const [word, reason] of [
    ["length", "length"],
    ["model_length", "length"],
    ["model_context_window_exceeded", "length"],
    ["MAX_TOKENS", "length"],
    ["content_filter", "content_filter"],
    ["sensitive", "content_filter"],
    ["SAFETY", "content_filter"],
    ["eos", "stop"],
    ["end_turn", "stop"],
    // It may mean that the answer was cut.
    ["a_reason_of_tomorrow", "length"],
    // Without a call, nobody should wait for one.
    ["tool_calls", "stop"],
    ["function_call", "stop"],
    ["tool_use", "stop"],
  ]) {
    test(`${word} means ${reason}, for callers of this format in words that they know`, async () => {
      const raw = (await play(chunk({ content: "Hi" }, word), DONE)).map(
        (event) => event.raw?.data,
      );
      expect(raw.join("")).toMatch(/"finish_reason":"(?:stop|length|content_filter)"/);
      expect(fold(await play(chunk({ content: "Hi" }, word), DONE))).toMatchObject({
        finish_reason: reason,
        raw_finish_reason: word,
      });
    });
  }

  for (const [word, code] of [
    ["error", "upstream_error"],
    ["abort", "upstream_error"],
    ["insufficient_system_resource", "upstream_overloaded"],
  ]) {
    test(`${word} is a failure`, async () => {
      expect(errorOf(await play(chunk({ content: "Hi" }, word), DONE))).toMatchObject({
        code,
        upstreamCode: `finish_reason_${word}`,
      });
    });
  }
});

describe("the beginning of a stream", () => {
  test("Azure's verdict on the prompt comes before the id, and stays first", async () => {
    const verdict = {
      id: "",
      model: "",
      choices: [],
      prompt_filter_results: [{ prompt_index: 0 }],
    };
    const hi = chunk({ role: "assistant", content: "Hi" });
    const events = await play(verdict, hi, STOP, DONE);
    expect(events[0]).toMatchObject({
      type: "start",
      id: "c1",
      model: "m",
      raw: { data: JSON.stringify(verdict) },
    });
    expect(events[1]).toMatchObject({
      type: "part-start",
      raw: { data: JSON.stringify(hi) },
    });
    expect(events.filter(({ raw }) => raw).length).toBe(4);
  });

  test("id and model are ours if the server sends none", async () => {
    const events = await play({ choices: [{ delta: { content: "Hi" }, finish_reason: "stop" }] });
    expect(events[0]).toMatchObject({ type: "start", id: "chatcmpl-id1", model: "asked" });
  });

  test("a server may stream its whole message as one event", async () => {
    const whole = {
      id: "c1",
      model: "m",
      choices: [{ message: { content: "Hi" }, finish_reason: "stop" }],
    };
    expect(fold(await play(whole, DONE)).content).toEqual([{ type: "text", text: "Hi" }]);
    // After deltas it only repeats them.
    expect(fold(await play(chunk({ content: "Hi" }), whole, DONE)).content).toEqual([
      { type: "text", text: "Hi" },
    ]);
  });
});

describe("usage", () => {
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
  const counts = { input_tokens: 3, output_tokens: 4, total_tokens: 7 };

  test("is taken from any field, the latest first", async () => {
    const early = { ...usage, completion_tokens: 1, total_tokens: 4 };
    expect(
      fold(
        await play(
          chunk({ content: "Hi" }, null, { usage: early }),
          STOP,
          { choices: [], usage },
          DONE,
        ),
      ).usage,
    ).toEqual(counts);
    expect(fold(await play(chunk({ content: "Hi" }, "stop", { usage }), DONE)).usage).toEqual(
      counts,
    );
    expect(
      fold(await play(chunk({ content: "Hi" }, "stop", { x_groq: { usage } }), DONE)).usage,
    ).toEqual(counts);
    // OpenRouter's last chunk has an empty delta and no finish reason.
    expect(
      fold(
        await play(chunk({ content: "Hi" }, "stop"), chunk({ content: "" }, null, { usage }), DONE),
      ).usage,
    ).toEqual(counts);
  });

  test("xAI's count excludes the reasoning, and the sum reveals it", async () => {
    const xai = { ...usage, total_tokens: 17, completion_tokens_details: { reasoning_tokens: 10 } };
    expect(fold(await play(chunk({ content: "Hi" }, "stop", { usage: xai }), DONE)).usage).toEqual({
      input_tokens: 3,
      output_tokens: 14,
      reasoning_tokens: 10,
      total_tokens: 17,
    });
    const openai = { ...usage, completion_tokens_details: { reasoning_tokens: 2 } };
    expect(
      fold(await play(chunk({ content: "Hi" }, "stop", { usage: openai }), DONE)).usage,
    ).toEqual({
      ...counts,
      reasoning_tokens: 2,
    });
  });

  test("cached tokens have three names, and unknown counts are absent", async () => {
    for (const more of [
      { prompt_tokens_details: { cached_tokens: 2 } },
      { prompt_cache_hit_tokens: 2 },
      { cached_tokens: 2 },
    ]) {
      const events = await play(
        chunk({ content: "Hi" }, "stop", { usage: { ...usage, ...more } }),
        DONE,
      );
      expect(fold(events).usage).toEqual({ ...counts, cached_input_tokens: 2 });
    }
    const partial = { ...usage, completion_tokens: null };
    expect(
      fold(await play(chunk({ content: "Hi" }, "stop", { usage: partial }), DONE)).usage,
    ).toBeNull();
  });

  test("a usage chunk that only we asked for is not passed through", async () => {
    const events = await play(chunk({ content: "Hi" }), STOP, { choices: [], usage }, DONE);
    expect(events.filter(({ raw }) => raw?.data.includes('"usage"'))).toEqual([]);
    expect(events.find(({ type }) => type === "usage")).toEqual({ type: "usage", usage: counts });
  });
});

describe("reasoning", () => {
  for (const field of ["reasoning", "reasoning_content"]) {
    test(`comes in ${field}, and its part notes that`, async () => {
      const events = await play(
        chunk({ [field]: "Hm" }),
        chunk({ [field]: ".", content: null }),
        chunk({ content: "Hi" }),
        STOP,
        DONE,
      );
      expect(fold(events).content).toEqual([
        { type: "reasoning", text: "Hm.", extras: { openai_chat: { $field: field } } },
        { type: "text", text: "Hi" },
      ]);
    });
  }

  test("the same text in both fields is one part", async () => {
    const events = await play(chunk({ reasoning: "Hm", reasoning_content: "Hm" }), STOP, DONE);
    expect(fold(events).content).toMatchObject([{ type: "reasoning", text: "Hm" }]);
  });

  test("Mistral's comes as content elements", async () => {
    const thinking = (text: string) => ({
      content: [{ type: "thinking", thinking: [{ type: "text", text }] }],
    });
    const events = await play(
      chunk(thinking("Hm")),
      chunk(thinking(".")),
      chunk({ content: [{ type: "text", text: "Hi" }] }),
      STOP,
      DONE,
    );
    expect(fold(events).content).toEqual([
      { type: "reasoning", text: "Hm.", extras: { openai_chat: { $element: true } } },
      { type: "text", text: "Hi" },
    ]);
  });

  test("OpenRouter's details are joined into a signature", async () => {
    const piece = (text: string, more: JsonObject = {}) => ({
      type: "reasoning.text",
      text,
      format: "anthropic-claude-v1",
      index: 0,
      ...more,
    });
    const events = await play(
      chunk({ content: "", reasoning: null, reasoning_details: [] }),
      chunk({ reasoning: "Hm", reasoning_details: [piece("Hm", { signature: "" })] }),
      chunk({ reasoning: ".", reasoning_details: [piece(".")] }),
      chunk({ reasoning: null, reasoning_details: [piece("", { signature: "sig==" })] }),
      chunk({ content: "Hi", reasoning_details: [] }),
      STOP,
      DONE,
    );
    const [part] = fold(events).content;
    if (part?.type !== "reasoning") throw new Error("the first part is not reasoning");
    expect(part.text).toBe("Hm.");
    expect(part.signature?.format).toBe("openai_chat");
    expect(JSON.parse(part.signature?.value ?? "")).toEqual([piece("Hm.", { signature: "sig==" })]);
  });

  test("encrypted details alone are a part without text; details that only repeat the text are no signature", async () => {
    const hidden = {
      type: "reasoning.encrypted",
      data: "gAAA",
      id: "rs_1",
      format: "openai-responses-v1",
      index: 0,
    };
    const encrypted = fold(
      await play(
        chunk({ content: "", reasoning_details: [hidden] }),
        chunk({ content: "Hi" }),
        STOP,
        DONE,
      ),
    );
    expect(encrypted.content[0]).toMatchObject({
      type: "reasoning",
      text: "",
      signature: { value: JSON.stringify([hidden]) },
    });
    const plain = { type: "reasoning.text", text: "Hm", index: 0, format: null };
    const repeated = fold(
      await play(chunk({ reasoning: "Hm", reasoning_details: [plain] }), STOP, DONE),
    );
    expect(repeated.content).toEqual([
      { type: "reasoning", text: "Hm", extras: { openai_chat: { $field: "reasoning" } } },
    ]);
  });

  test("if there are only details, they are its text, and go back (Snowflake)", async () => {
    const detail = (text: string) => ({
      type: "reasoning.text",
      text,
      index: 0,
      id: "r1",
      format: "anthropic-claude-v1",
    });
    const events = await play(
      chunk({ content: "", reasoning_details: [detail("Hm")] }),
      chunk({ content: "", reasoning_details: [detail(".")] }),
      chunk({ content: "Hi" }),
      STOP,
      DONE,
    );
    expect(fold(events).content).toEqual([
      {
        type: "reasoning",
        text: "Hm.",
        signature: { format: "openai_chat", value: JSON.stringify([detail("Hm.")]) },
        extras: { openai_chat: { $field: "reasoning_details" } },
      },
      { type: "text", text: "Hi" },
    ]);
  });
});

describe("a character that is cut in two", () => {
  const [high, low] = ["\ud83d", "\ude00"];
  const deltas = (events: readonly ChatEvent[]) =>
    events.flatMap((event) =>
      event.type === "part-delta" && event.delta !== "" ? [event.delta] : [],
    );

  for (const field of ["content", "reasoning", "reasoning_content", "refusal"]) {
    test(`is joined with its second half, in ${field}`, async () => {
      expect(
        deltas(
          await play(chunk({ [field]: `a${high}` }), chunk({ [field]: `${low}b` }), STOP, DONE),
        ),
      ).toEqual(["a", "😀b"]);
      expect(
        deltas(await play(chunk({ [field]: high }), chunk({ [field]: low }), STOP, DONE)),
      ).toEqual(["😀"]);
    });
  }

  test("in a call's arguments", async () => {
    const piece = (text: string, more: JsonObject = {}) =>
      chunk({
        tool_calls: [
          { index: 0, ...more, function: { ...(more.id ? { name: "f" } : {}), arguments: text } },
        ],
      });
    const events = await play(
      piece(`{"a":"${high}`, { id: "c1" }),
      piece(`${low}"}`),
      chunk({}, "tool_calls"),
      DONE,
    );
    expect(deltas(events)).toEqual(['{"a":"', '😀"}']);
    expect(fold(events).content).toMatchObject([{ arguments: { a: "😀" } }]);
  });

  test("whose other half never arrives is replaced, streamed or whole", async () => {
    const call = { index: 0, id: "c1", function: { name: "f", arguments: high } };
    const events = await play(
      chunk({ content: `a${high}` }),
      chunk({ tool_calls: [call] }),
      STOP,
      DONE,
    );
    expect(fold(events).content).toMatchObject([{ text: "a\ufffd" }, { arguments_text: "\ufffd" }]);
    expect(deltas(await play(chunk({ content: `${low}a` }), STOP, DONE))).toEqual(["\ufffda"]);
    const whole = {
      id: "c1",
      choices: [{ index: 0, message: { content: `a${high}b` }, finish_reason: "stop" }],
    };
    expect(fold(await collectEvents(await open(jsonResponse(whole), false))).content).toMatchObject(
      [{ text: "a\ufffdb" }],
    );
  });

  test("every vendor event is kept all the same", async () => {
    const first = chunk({ role: "assistant", content: high });
    const events = await play(first, chunk({ content: low }), STOP, DONE);
    expect(events.flatMap(({ raw }) => raw?.data ?? [])[0]).toBe(JSON.stringify(first));
  });
});

describe("refusals and other content", () => {
  test("a refusal is a text, and the finish reason is content_filter", async () => {
    expect(
      fold(await play(chunk({ refusal: "I can" }), chunk({ refusal: "not." }), STOP, DONE)),
    ).toMatchObject({
      content: [{ type: "text", text: "I cannot.", refusal: true }],
      finish_reason: "content_filter",
      raw_finish_reason: "stop",
    });
  });

  test("a refusal may be an element of a list", async () => {
    const refusal = [{ type: "refusal", refusal: "I cannot." }];
    expect(fold(await play(chunk({ content: refusal }), STOP, DONE))).toMatchObject({
      content: [{ type: "text", text: "I cannot.", refusal: true }],
      finish_reason: "content_filter",
    });
  });

  test("images and unknown elements stay opaque", async () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };
    const reference = { type: "reference", reference_ids: [1] };
    const events = await play(
      chunk({ content: [{ type: "text", text: "Look" }, reference] }),
      chunk({ images: [image] }),
      STOP,
      DONE,
    );
    expect(fold(events).content).toEqual([
      { type: "text", text: "Look" },
      { type: "opaque", format: "openai_chat", value: reference },
      { type: "opaque", format: "openai_chat", value: image },
    ]);
  });

  test("the answer's other fields are in its extras", async () => {
    const finish = chunk({}, "stop", {
      provider: "Google",
      citations: ["https://a.test"],
      service_tier: null,
    });
    const events = await play(
      chunk({ content: "Hi", annotations: [{ n: 1 }] }),
      chunk({ content: "", annotations: [{ n: 2 }] }),
      finish,
      DONE,
    );
    expect(fold(events).extras).toEqual({
      openai_chat: {
        annotations: [{ n: 1 }, { n: 2 }],
        provider: "Google",
        citations: ["https://a.test"],
      },
    });
  });
});

describe("errors in an answer", () => {
  const text = chunk({ content: "Hi" });

  test("OpenRouter's number is a status", async () => {
    const error = errorOf(
      await play(
        text,
        { ...chunk({ content: "" }), error: { code: 429, message: "slow down" } },
        DONE,
      ),
    );
    expect(error).toMatchObject({
      code: "upstream_rate_limited",
      upstreamStatus: 429,
      retryable: true,
    });
    expect(error.message).not.toContain("slow");
  });

  test("Groq's failed call is retryable, and its text is not shown", async () => {
    const failure = {
      message: "Tool call validation failed",
      type: "invalid_request_error",
      code: "tool_use_failed",
      failed_generation: "secret",
      status_code: 400,
    };
    const body = `${sseText([text])}event: error\ndata: ${JSON.stringify({ error: failure })}\n\n`;
    const error = errorOf(await collectEvents(await open(sseResponse(body))));
    expect(error).toMatchObject({
      code: "upstream_rejected",
      upstreamCode: "tool_use_failed",
      retryable: true,
    });
    expect(error.message).not.toContain("secret");
  });

  for (const [name, event, code] of [
    ["xAI's text", { code: "internal", error: "broken" }, "upstream_error"],
    [
      "vLLM's object",
      { object: "error", message: "bad", type: "BadRequestError", code: 400 },
      "upstream_rejected",
    ],
    [
      "OpenAI's server error",
      { error: { message: "x", type: "server_error", code: null } },
      "upstream_error",
    ],
    [
      "a used-up quota",
      { error: { message: "x", type: "insufficient_quota", code: "insufficient_quota" } },
      "upstream_quota_exhausted",
    ],
    [
      "Groq's reason for stopping early",
      { ...chunk({}, "stop"), x_groq: { id: "req_1", error: "over capacity" } },
      "upstream_overloaded",
    ],
    ["an overload", { error: { message: "x", type: "overloaded_error" } }, "upstream_overloaded"],
  ] as const) {
    test(`${name} ends the stream`, async () => {
      expect<string>(errorOf(await play(text, event)).code).toBe(code);
    });
  }

  test("anything but a JSON object is an invalid response", async () => {
    expect(errorOf(await play(text, "{oops")).code).toBe("upstream_invalid_response");
    expect(errorOf(await play(text, "[1]")).code).toBe("upstream_invalid_response");
    expect(
      errorOf(await play({ id: "c1", choices: [{ index: 0, delta: "Hi" }] }, STOP, DONE)).code,
    ).toBe("upstream_invalid_response");
  });

  for (const fields of [
    { content: 5 },
    { content: false },
    { content: { text: "Hi" } },
    { content: ["Hi"] },
    { tool_calls: 5 },
    { tool_calls: { index: 0 } },
    { tool_calls: ["f"] },
    { refusal: 5 },
    { reasoning: 5 },
    { reasoning_content: { text: "Hm" } },
    { reasoning_content: "Hm", reasoning: ["Hm"] },
  ]) {
    test(`${JSON.stringify(fields)} is not read as an answer without it, streamed or whole`, async () => {
      expect(errorOf(await play(chunk(fields), STOP, DONE)).code).toBe("upstream_invalid_response");
      const whole = { id: "c1", choices: [{ index: 0, message: fields, finish_reason: "stop" }] };
      expect(await rejectionOf(open(jsonResponse(whole), false))).toMatchObject({
        code: "upstream_invalid_response",
      });
    });
  }

  test("null, an empty list and a missing field are no content", async () => {
    for (const fields of [
      {},
      { content: null, tool_calls: null },
      { content: [], tool_calls: [] },
      { content: [null] },
    ]) {
      expect(fold(await play(chunk(fields), STOP, DONE))).toMatchObject({
        content: [],
        finish_reason: "stop",
      });
    }
    const withoutDelta = { id: "c1", choices: [{ index: 0, delta: null, finish_reason: "stop" }] };
    expect(fold(await play(withoutDelta, DONE))).toMatchObject({
      content: [],
      finish_reason: "stop",
    });
  });

  test("a whole answer with status 200 may be an error too", async () => {
    const error = await rejectionOf(
      open(jsonResponse({ error: { code: 503, message: "none left" } }), false),
    );
    expect(error).toMatchObject({ code: "upstream_overloaded" });
    expect(await rejectionOf(open(jsonResponse({ id: "c1", choices: [] }), false))).toMatchObject({
      code: "upstream_invalid_response",
    });
  });
});

describe("failed calls", () => {
  for (const [status, body, expected] of [
    [
      400,
      { error: { message: "too long", code: "context_length_exceeded", param: "messages" } },
      {
        code: "context_length_exceeded",
        upstreamCode: "context_length_exceeded",
        message: "too long",
      },
    ],
    [
      429,
      { error: { message: "pay", code: "insufficient_quota" } },
      { code: "upstream_quota_exhausted", retryable: false },
    ],
    [
      429,
      { error: { message: "slow", code: "rate_limit_exceeded" } },
      { code: "upstream_rate_limited", retryable: true },
    ],
    [
      413,
      { error: { message: "big", code: "rate_limit_exceeded" } },
      { code: "request_too_large" },
    ],
    [
      401,
      { error: { message: "key sk-abcdefgh is wrong", code: "invalid_api_key" } },
      { code: "upstream_auth", message: "The provider refused this server's credentials." },
    ],
    [
      403,
      {
        error: {
          code: 403,
          message: "flagged",
          metadata: { reasons: ["violence"], flagged_input: "…" },
        },
      },
      { code: "upstream_rejected", message: "flagged" },
    ],
    [
      404,
      { error: "model 'x' not found, try pulling it first" },
      { code: "model_not_found", message: "model 'x' not found, try pulling it first" },
    ],
    [
      422,
      { detail: [{ loc: ["body", "seed"], msg: "Extra inputs are not permitted" }] },
      { code: "upstream_rejected" },
    ],
    [
      400,
      { code: "invalid-argument", error: "Model grok does not take this" },
      { code: "upstream_rejected", upstreamCode: "invalid-argument" },
    ],
    [500, "<html>", { code: "upstream_error" }],
  ] as const) {
    test(`${status} ${JSON.stringify(body).slice(0, 60)}`, async () => {
      expect(await rejectionOf(open(jsonResponse(body, status)))).toMatchObject({
        ...expected,
        upstreamStatus: status,
      });
    });
  }
});

test("a whole answer is decoded like a streamed one, and kept whole", async () => {
  const body = {
    id: "c1",
    model: "m",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          reasoning_content: "Hm",
          content: "Hi",
          tool_calls: [
            {
              id: "t1",
              type: "function",
              function: { name: "f", arguments: '{"a": 1}' },
              extra_content: { google: { thought_signature: "s" } },
            },
          ],
        },
        finish_reason: "stop",
        native_finish_reason: "STOP",
      },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    provider: "Google",
  };
  const events = await collectEvents(await open(jsonResponse(body), false));
  expectEventOrder(events);
  // By the end's own name, an agent would not run the call.
  const choices = [{ ...body.choices[0], finish_reason: "tool_calls" }];
  expect(fold(events)).toEqual({
    id: "c1",
    model: "m",
    content: [
      { type: "reasoning", text: "Hm", extras: { openai_chat: { $field: "reasoning_content" } } },
      { type: "text", text: "Hi" },
      {
        type: "tool_call",
        id: "t1",
        name: "f",
        arguments: { a: 1 },
        arguments_text: '{"a": 1}',
        extras: { openai_chat: { extra_content: { google: { thought_signature: "s" } } } },
      },
    ],
    finish_reason: "tool_calls",
    raw_finish_reason: "stop",
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    extras: { openai_chat: { native_finish_reason: "STOP", provider: "Google" } },
    body: { format: "openai_chat", value: { ...body, choices } },
  });
});

describe("what clients cannot read is mended", () => {
  const shown = async (...chunks: (JsonObject | string)[]) =>
    (await play(...chunks)).flatMap(({ raw }) =>
      raw && raw.data !== DONE ? [JSON.parse(raw.data)] : [],
    );
  const deltas = async (...chunks: (JsonObject | string)[]) =>
    (await shown(...chunks)).map(({ choices }) => choices[0]?.delta);
  const call = (fields: JsonObject, args: string) => ({
    tool_calls: [{ ...fields, function: { name: fields.id ? "f" : undefined, arguments: args } }],
  });

  test("the role comes with the first delta", async () => {
    expect(
      await deltas(chunk({ content: "Hi" }), chunk({ content: "!" }), STOP, DONE),
    ).toMatchObject([{ role: "assistant", content: "Hi" }, { content: "!" }, {}]);
  });

  test("pieces of calls have an index", async () => {
    const told = await deltas(
      chunk({ role: "assistant", ...call({ id: "a" }, '{"x":') }),
      chunk(call({}, "1}")),
      chunk(call({ id: "b" }, "{}")),
      STOP,
      DONE,
    );
    expect(told.flatMap((delta) => delta.tool_calls ?? []).map(({ index }) => index)).toEqual([
      0, 0, 1,
    ]);
  });

  test("calls that share an index or an id are told apart", async () => {
    const told = await deltas(
      chunk({ role: "assistant", ...call({ index: 0, id: "a" }, "{}") }),
      chunk(call({ index: 0, id: "b" }, '{"x":')),
      chunk(call({ index: 0 }, "1}")),
      chunk(call({ index: 1, id: "a" }, '{"y":1}')),
      chunk({ tool_calls: [{ index: 2, function: { name: "f", arguments: "{}" } }] }),
      STOP,
      DONE,
    );
    const pieces = told.flatMap((delta) => delta.tool_calls ?? []);
    expect(pieces.map(({ index, id }) => [index, id])).toEqual([
      [0, "a"],
      [1, "b"],
      [1, undefined],
      [2, "a_2"],
      [3, expect.stringMatching(/^call_/)],
    ]);
  });

  test("arguments are a text, and come once", async () => {
    const object = { id: "a", function: { name: "f", arguments: { x: 1 } } };
    const told = await deltas(
      chunk({ role: "assistant", tool_calls: [{ index: 0, ...object }] }),
      chunk({ tool_calls: [{ index: 0, ...object }] }),
      chunk({ tool_calls: [{ index: 1, ...object }] }),
      STOP,
      DONE,
    );
    expect(told.flatMap((delta) => delta.tool_calls ?? [])).toMatchObject([
      { index: 0, id: "a", function: { arguments: '{"x":1}' } },
      { index: 0, id: "a", function: { arguments: "" } },
      { index: 0, id: "a", function: { arguments: "" } },
    ]);
    const calls = [
      object,
      object,
      { id: "a", function: { name: "f" } },
      { function: { name: "g" } },
    ];
    const message = { role: "assistant", tool_calls: calls };
    const whole = { id: "c1", choices: [{ index: 0, message, finish_reason: "tool_calls" }] };
    const events = await collectEvents(await open(jsonResponse(whole), false));
    expect(fold(events).body?.value.choices).toMatchObject([
      {
        message: {
          tool_calls: [
            { id: "a", function: { name: "f", arguments: '{"x":1}' } },
            { id: "a_2", function: { name: "f", arguments: "{}" } },
            { id: expect.stringMatching(/^call_/), function: { name: "g", arguments: "{}" } },
          ],
        },
      },
    ]);
  });

  test("a call behind the reason changes it, and another answer is not this one", async () => {
    const called = await shown(
      chunk({ role: "assistant", content: "So:" }),
      STOP,
      chunk(call({ index: 0, id: "a" }, "{}")),
      DONE,
    );
    expect(called.map(({ choices }) => choices[0].finish_reason ?? null)).toEqual([
      null,
      "stop",
      "tool_calls",
    ]);
    const other = { ...chunk({ content: "B" }), choices: [{ index: 1, delta: { content: "B" } }] };
    const events = await play(chunk({ content: "A" }), other, chunk({ content: "!" }), STOP, DONE);
    expect(fold(events).content).toEqual([{ type: "text", text: "A!" }]);
  });

  test("an event without choices is left out", async () => {
    expect(await shown(chunk({ role: "assistant" }), { type: "ping" }, STOP, DONE)).toHaveLength(2);
  });
});
