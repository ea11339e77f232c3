import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import type { Format } from "../../../../src/chat/format.ts";
import { openaiResponsesDialect } from "../../../../src/dialects/openai-responses/index.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { ERRORS, type ErrorCode, isErrorCode } from "../../../../src/errors/error-codes.ts";
import { type JsonObject, jsonObjectSchema } from "../../../../src/json/json-object.ts";
import { createAnswerDecoder } from "../../../../src/providers/openai/decode-answer.ts";
import { createAnswerContext } from "../../../support/answer-context.ts";
import { foldAll } from "../../../support/fold-all.ts";
import { callItem, messageItem, responseObject, USAGE } from "../../../support/responses-stream.ts";

const ANTHROPIC_SIGNATURE = { format: "anthropic", value: "EqQB+/=" } as const;
const GOOGLE_SIGNATURE = { format: "google", value: "CtQB" } as const;

const START: ChatEvent = { type: "start", id: "msg_01", model: "claude-test" };
const END: ChatEvent = {
  type: "end",
  finish_reason: "tool_calls",
  raw_finish_reason: "tool_use",
  usage: { input_tokens: 9, output_tokens: 4, cached_input_tokens: 2, total_tokens: 13 },
};

/** One of everything that another vendor may answer with. */
const FOREIGN: readonly ChatEvent[] = [
  START,
  { type: "part-start", index: 0, kind: "reasoning" },
  { type: "part-delta", index: 0, delta: "Let me" },
  { type: "part-delta", index: 0, delta: " see." },
  { type: "part-end", index: 0, signature: ANTHROPIC_SIGNATURE },
  { type: "part-start", index: 1, kind: "reasoning", redacted: true },
  { type: "part-end", index: 1, signature: { format: "anthropic", value: "hidden" } },
  { type: "part-start", index: 2, kind: "text" },
  { type: "part-delta", index: 2, delta: "Wait:\n" },
  { type: "part-delta", index: 2, delta: "\u2028😀" },
  { type: "part-end", index: 2, signature: GOOGLE_SIGNATURE },
  { type: "part-start", index: 3, kind: "tool_call", id: "toolu_1", name: "go" },
  { type: "part-delta", index: 3, delta: '{"a":' },
  { type: "part-delta", index: 3, delta: "1}" },
  { type: "part-end", index: 3, signature: GOOGLE_SIGNATURE },
  { type: "part-start", index: 4, kind: "tool_call", id: "toolu_2", name: "stop" },
  { type: "part-end", index: 4 },
  {
    type: "part-start",
    index: 5,
    kind: "opaque",
    format: "anthropic",
    value: { type: "server_tool_use", id: "srv_1" },
  },
  { type: "part-end", index: 5 },
  { type: "usage", usage: { input_tokens: 9, output_tokens: 1, total_tokens: 10 } },
  END,
];

function fold(events: readonly ChatEvent[], format: Format | null) {
  return foldAll(format, events);
}

function encodeWhole(events: readonly ChatEvent[], format: Format | null): JsonObject {
  const body = openaiResponsesDialect.encodeResponse(
    fold(events, format),
    createAnswerContext(format),
  );
  return jsonObjectSchema.parse(JSON.parse(JSON.stringify(body)));
}

interface Written {
  event: string;
  data: JsonObject;
}

function encodeStream(
  events: readonly ChatEvent[],
  format: Format | null,
  batchSize = events.length,
): Written[] {
  const encoder = openaiResponsesDialect.createStreamEncoder(createAnswerContext(format));
  let text = "";
  for (let at = 0; at < events.length; at += batchSize)
    text += encoder.encode(events.slice(at, at + batchSize));
  return text
    .split("\n\n")
    .slice(0, -1)
    .map((block) => {
      const { event = "", data = "" } =
        /^event: (?<event>\S+)\ndata: (?<data>[^\n]+)$/.exec(block)?.groups ?? {};
      return { event, data: jsonObjectSchema.parse(JSON.parse(data)) };
    });
}

function lastResponse(written: readonly Written[]): unknown {
  return written[written.length - 1]?.data.response;
}

/** The events of an answer in this format that came whole, so there are no vendor events. */
function decodeWhole(body: JsonObject): ChatEvent[] {
  const events: ChatEvent[] = [];
  createAnswerDecoder({ model: "m", randomId: () => "minted" }).decodeBody(body, events);
  return events;
}

const OWN: readonly ChatEvent[] = decodeWhole(
  responseObject({
    usage: USAGE,
    output: [
      {
        id: "rs_1",
        type: "reasoning",
        summary: [
          { type: "summary_text", text: "A" },
          { type: "summary_text", text: "B" },
        ],
        content: [{ type: "reasoning_text", text: "C" }],
        encrypted_content: "gAA",
      },
      { id: "ws_1", type: "web_search_call", status: "completed" },
      { ...messageItem("msg_1", "Hi"), phase: "final_answer" },
      { ...messageItem("msg_2", ""), content: [{ type: "refusal", refusal: "No." }] },
      callItem("fc_1", "call_1", "go", '{"a": 1}'),
    ],
  }),
);

describe("an answer of another vendor", () => {
  test("whole", () => {
    expect(encodeWhole(FOREIGN, "anthropic")).toMatchObject({
      id: "resp_msg_01",
      object: "response",
      created_at: 0,
      status: "completed",
      error: null,
      incomplete_details: null,
      model: "claude-test",
      output: [
        {
          type: "reasoning",
          summary: [{ type: "summary_text", text: "Let me see." }],
          encrypted_content: expect.stringMatching(/^ai-server:1:\{.*EqQB\+\/=/),
        },
        { type: "reasoning", summary: [], encrypted_content: expect.stringContaining("hidden") },
        {
          type: "message",
          role: "assistant",
          status: "completed",
          content: [
            { type: "output_text", text: "Wait:\n\u2028😀", annotations: [], logprobs: [] },
          ],
        },
        { type: "reasoning", summary: [], encrypted_content: expect.stringContaining("CtQB") },
        {
          type: "function_call",
          call_id: "toolu_1",
          name: "go",
          arguments: '{"a":1}',
          status: "completed",
        },
        { type: "reasoning", summary: [], encrypted_content: expect.stringContaining("CtQB") },
        { type: "function_call", call_id: "toolu_2", name: "stop", arguments: "{}" },
        {
          type: "reasoning",
          summary: [],
          encrypted_content: expect.stringContaining("server_tool_use"),
        },
      ],
      usage: {
        input_tokens: 9,
        input_tokens_details: { cached_tokens: 2 },
        output_tokens: 4,
        output_tokens_details: {},
        total_tokens: 13,
      },
    });
  });

  test("every item has its own id", () => {
    const ids = (encodeWhole(FOREIGN, "anthropic").output as JsonObject[]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(8);
  });

  test("streamed, ends with the whole answer", () => {
    for (const size of [1, 3, 100]) {
      expect(lastResponse(encodeStream(FOREIGN, "anthropic", size))).toEqual(
        encodeWhole(FOREIGN, "anthropic"),
      );
    }
  });

  test("streamed, has every event in its order, numbered", () => {
    const written = encodeStream(FOREIGN, "anthropic");
    written.forEach(({ event, data }, number) => {
      expect(data.type).toBe(event);
      expect(data.sequence_number).toBe(number);
    });
    const types = written.map(({ event }) => event.replace("response.", ""));
    expect(types.slice(0, 9)).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "reasoning_summary_part.added",
      "reasoning_summary_text.delta",
      "reasoning_summary_text.delta",
      "reasoning_summary_text.done",
      "reasoning_summary_part.done",
      "output_item.done",
    ]);
    expect(types.slice(11, 18)).toEqual([
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
    ]);
    expect(types.filter((type) => type.startsWith("function_call"))).toEqual([
      "function_call_arguments.delta",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "function_call_arguments.delta",
      "function_call_arguments.done",
    ]);
    expect(types.at(-1)).toBe("completed");
  });

  test("continues when the caller sends it back", () => {
    const { output } = encodeWhole(FOREIGN, "anthropic");
    const { messages } = openaiResponsesDialect.decodeRequest({ input: output }, new Headers());
    const content = fold(FOREIGN, "anthropic").content;
    expect(messages).toHaveLength(1);
    // The API's own notes on its items mean nothing to another vendor.
    const [message] = JSON.parse(
      JSON.stringify(messages, (name, value) => (name === "extras" ? undefined : value)),
    );
    expect(message).toEqual({ role: "assistant", content });
  });

  test("an embedded signature belongs to the latest matching part of the assistant", () => {
    const signature = { format: "google", value: "c2ln" } as const;
    const hidden = (of: object) => ({
      type: "reasoning",
      summary: [],
      encrypted_content: `ai-server:1:${JSON.stringify(of)}`,
    });
    const call = { type: "function_call", call_id: "c1", name: "f", arguments: "{}" };
    const said = { role: "user", content: [{ type: "input_text", text: "Hi" }] };
    const input = [
      said,
      hidden({ of: "text", signature }),
      call,
      call,
      hidden({ of: "tool_call", id: "c1", signature }),
    ];
    const { messages } = openaiResponsesDialect.decodeRequest({ input }, new Headers());
    const plain = { type: "tool_call", id: "c1", name: "f", arguments: {} } as const;
    expect(messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      { role: "assistant", content: [plain, { ...plain, signature }] },
    ]);
  });

  test("a damaged embedded part is refused", () => {
    for (const content of ["ai-server:1:{", 'ai-server:1:{"of":"text"}']) {
      const input = [{ type: "reasoning", summary: [], encrypted_content: content }];
      expect(() => openaiResponsesDialect.decodeRequest({ input }, new Headers())).toThrow(
        "input[0].encrypted_content",
      );
    }
  });

  test.each([
    ["length", "incomplete", "max_output_tokens"],
    ["content_filter", "incomplete", "content_filter"],
    ["stop", "completed", undefined],
  ] as const)("that ends in %s is %s", (reason, status, details) => {
    const events: ChatEvent[] = [START, { ...END, finish_reason: reason }];
    const whole = encodeWhole(events, null);
    expect(whole).toMatchObject({
      status,
      incomplete_details: details ? { reason: details } : null,
    });
    const written = encodeStream(events, null);
    expect(written.at(-1)?.event).toBe(`response.${status}`);
    expect(lastResponse(written)).toEqual(whole);
  });

  test("echoes the request, and reports what was changed", () => {
    const context = createAnswerContext(null, {
      request: {
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Hi" },
        ],
        max_tokens: 50,
        tools: [{ name: "go" }],
        tool_choice: "required",
      },
      warnings: [{ code: "unsupported_parameter", param: "seed", message: "No." }],
    });
    expect(
      openaiResponsesDialect.encodeResponse(fold([START, { ...END, usage: null }], null), context),
    ).toMatchObject({
      instructions: "Be brief.",
      max_output_tokens: 50,
      tools: [{ type: "function", name: "go" }],
      tool_choice: "required",
      usage: null,
      warnings: [{ code: "unsupported_parameter", param: "seed", message: "No." }],
    });
  });

  test("overlapping parts keep their own indexes", () => {
    const written = encodeStream(
      [
        START,
        { type: "part-start", index: 0, kind: "text" },
        { type: "part-start", index: 1, kind: "reasoning" },
        { type: "part-delta", index: 1, delta: "B" },
        { type: "part-delta", index: 0, delta: "A" },
        { type: "part-end", index: 0, signature: GOOGLE_SIGNATURE },
        { type: "part-end", index: 1 },
        END,
      ],
      "google",
    );
    const places = written.flatMap(({ event, data }) =>
      event.endsWith(".delta") ? [[data.output_index, data.delta]] : [],
    );
    expect(places).toEqual([
      [1, "B"],
      [0, "A"],
    ]);
    const { output } = jsonObjectSchema.parse(lastResponse(written));
    const items = output as JsonObject[];
    expect(items.map(({ type }) => type)).toEqual(["message", "reasoning", "reasoning"]);
    expect(new Set(items.map(({ id }) => id)).size).toBe(3);
  });
});

describe("an answer of this format", () => {
  test("that came whole is passed through", () => {
    expect(encodeWhole(OWN, "openai_responses")).toMatchObject({
      id: "resp_1",
      output: expect.any(Array),
    });
  });

  test("that came whole can be streamed, item by item with the vendor's ids", () => {
    const written = encodeStream(OWN, "openai_responses");
    const { output } = jsonObjectSchema.parse(lastResponse(written));
    const items = output as JsonObject[];
    expect(items.map(({ id }) => id)).toEqual(["rs_1", "ws_1", "msg_1", "msg_2", "fc_1"]);
    expect(items[0]).toEqual((encodeWhole(OWN, "openai_responses").output as JsonObject[])[0]);
    const deltas = written.flatMap(({ event, data }) =>
      event.endsWith(".delta") ? [`${event} ${data.item_id} ${data.delta}`] : [],
    );
    expect(deltas).toEqual([
      "response.reasoning_summary_text.delta rs_1 A",
      "response.reasoning_summary_text.delta rs_1 B",
      "response.reasoning_text.delta rs_1 C",
      "response.output_text.delta msg_1 Hi",
      "response.refusal.delta msg_2 No.",
      'response.function_call_arguments.delta fc_1 {"a": 1}',
    ]);
  });

  test("that was streamed is passed through event by event, with our failure after them", () => {
    const raw = (event: string, number: number) => ({
      event,
      data: `{"type":"${event}","sequence_number":${number}}`,
    });
    const written = encodeStream(
      [
        { type: "start", id: "resp_1", model: "gpt", raw: raw("response.created", 0) },
        { type: "opaque", raw: raw("response.future", 1) },
        { type: "part-start", index: 0, kind: "text", raw: raw("response.output_item.added", 2) },
        { type: "part-delta", index: 0, delta: "x" },
        { type: "error", error: new ChatError("upstream_incomplete") },
      ],
      "openai_responses",
    );
    expect(written.map(({ event }) => event)).toEqual([
      "response.created",
      "response.future",
      "response.output_item.added",
      "error",
      "response.failed",
    ]);
    expect(written.map(({ data }) => data.sequence_number)).toEqual([0, 1, 2, 3, 4]);
    expect(lastResponse(written)).toMatchObject({
      id: "resp_1",
      status: "failed",
      error: { code: "upstream_incomplete" },
    });
  });

  test.each(["error", "response.failed"])(
    "a vendor's own %s gives way to both events in our words",
    (event) => {
      const data = JSON.stringify({
        type: event,
        error: { message: "Key sk-123456789 of org-acme has no credit" },
      });
      const encoder = openaiResponsesDialect.createStreamEncoder(
        createAnswerContext("openai_responses"),
      );
      const text = encoder.encode([
        {
          type: "start",
          id: "resp_1",
          model: "gpt",
          raw: { event: "response.created", data: "{}" },
        },
        { type: "error", error: new ChatError("upstream_quota_exhausted"), raw: { event, data } },
      ]);
      expect(text.match(/^event: .*$/gm)).toEqual([
        "event: response.created",
        "event: error",
        "event: response.failed",
      ]);
      expect(text).toContain('"code":"insufficient_quota"');
      expect(text).not.toContain("org-acme");
    },
  );

  test("data of several lines stays one event", () => {
    const encoder = openaiResponsesDialect.createStreamEncoder(
      createAnswerContext("openai_responses"),
    );
    const text = encoder.encode([
      { type: "start", id: "r", model: "m", raw: { event: "", data: '{\n"type":"x"}' } },
    ]);
    expect(text).toBe('data: {\ndata: "type":"x"}\n\n');
  });

  test("a comment keeps an idle stream alive", () => {
    expect(openaiResponsesDialect.createStreamEncoder(createAnswerContext(null)).heartbeat).toMatch(
      /^: .*\n\n$/,
    );
  });
});

describe("failures", () => {
  const codes = Object.keys(ERRORS).filter(isErrorCode);

  test.each(codes)("%s in an answer of its own and in a stream", (code: ErrorCode) => {
    const error = new ChatError(code, { retryAfterSeconds: 3, param: "input" });
    const { status, headers, body } = openaiResponsesDialect.encodeError(error, "req_1");
    expect(status).toBe(ERRORS[code].status);
    expect(headers).toEqual({
      "x-request-id": "req_1",
      "retry-after": "3",
      "x-should-retry": String(ERRORS[code].retryable),
    });
    const said = {
      message: ERRORS[code].message,
      type: expect.any(String),
      param: "input",
      code: expect.any(String),
    };
    expect(body).toEqual({ error: said });

    const written = encodeStream([START, { type: "error", error }], null);
    expect(written.map(({ event }) => event).slice(-2)).toEqual(["error", "response.failed"]);
    expect(written.at(-2)?.data).toMatchObject({
      code: expect.any(String),
      param: "input",
      error: said,
    });
    expect(lastResponse(written)).toMatchObject({
      status: "failed",
      error: { message: ERRORS[code].message },
    });
  });

  test("before the first event", () => {
    const written = encodeStream([{ type: "cancelled" }], null);
    expect(written.map(({ event }) => event)).toEqual(["error", "response.failed"]);
    expect(lastResponse(written)).toMatchObject({
      id: "resp_req_test",
      status: "failed",
      error: { code: "cancelled" },
    });
  });

  test("a vendor's refusal keeps the vendor's code", () => {
    const error = new ChatError("upstream_rejected", {
      upstreamCode: "context_length_exceeded",
      message: "Too long.",
    });
    expect(openaiResponsesDialect.encodeError(error, "r").body).toEqual({
      error: {
        message: "Too long.",
        type: "invalid_request_error",
        param: null,
        code: "context_length_exceeded",
      },
    });
  });
});
