import * as z from "zod";
import { isJsonObject, type JsonObject } from "../../../src/json/json-object.ts";
import { jsonAnswer, sseAnswer } from "../upstream-answer.ts";
import { COUNTS, pieces, resultText, type ScriptedAnswer, type Vendor } from "./vendor.ts";

const messageSchema = z.looseObject({
  content: z.unknown(),
  reasoning_content: z.string().optional(),
  tool_calls: z.array(z.looseObject({ id: z.string() })).optional(),
  tool_call_id: z.string().optional(),
});
const requestSchema = z.looseObject({
  stream: z.boolean().optional(),
  messages: z.array(messageSchema),
  response_format: z
    .looseObject({ json_schema: z.looseObject({ schema: z.unknown().optional() }).optional() })
    .optional(),
});

const HEAD = { id: "chatcmpl-1", created: 1_700_000_000, model: "plain-model" };
const USAGE = {
  prompt_tokens: COUNTS.input,
  completion_tokens: COUNTS.output,
  total_tokens: COUNTS.total,
  completion_tokens_details: { reasoning_tokens: COUNTS.reasoning },
};

function finishOf({ calls = [], finish }: ScriptedAnswer): string {
  return finish ?? (calls.length > 0 ? "tool_calls" : "stop");
}

function completion(scripted: ScriptedAnswer): JsonObject {
  const { reasoning, text, calls = [] } = scripted;
  const toolCalls = calls.map(({ id, name, arguments: args }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
  const message = {
    role: "assistant",
    content: text ?? null,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
  const choice = { index: 0, message, finish_reason: finishOf(scripted) };
  return { ...HEAD, object: "chat.completion", choices: [choice], usage: USAGE };
}

function chunk(delta: JsonObject, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices })}\n\n`;
}

function stream(scripted: ScriptedAnswer): string[] {
  const { reasoning = "", text = "", calls = [] } = scripted;
  const usage = { ...HEAD, object: "chat.completion.chunk", choices: [], usage: USAGE };
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces(reasoning).map((piece) => chunk({ reasoning_content: piece })),
    ...pieces(text).map((piece) => chunk({ content: piece })),
    ...calls.flatMap(({ id, name, arguments: args }, index) => [
      chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
      ...pieces(JSON.stringify(args)).map((piece) =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    chunk({}, finishOf(scripted)),
    `data: ${JSON.stringify(usage)}\n\n`,
    "data: [DONE]\n\n",
  ];
}

function imageData(part: JsonObject): string[] {
  if (part.type !== "image_url" || !isJsonObject(part.image_url)) return [];
  return [String(part.image_url.url).replace(/^data:image\/png;base64,/, "")];
}

/**
 * A server of OpenAI's Chat Completions. It does not sign: it wants the reasoning itself back, as
 * DeepSeek does.
 */
export const plain: Vendor = {
  name: "plain",
  model: "plain-model",
  variables: (url) => ({
    COMPATIBLE_PROVIDERS: JSON.stringify([
      {
        name: "plain",
        base_url: `${url}/plain/v1`,
        api_key: "plain-canary",
        quirks: { reasoning_replay: "reasoning_content", reasoning_with_tool_calls: "required" },
      },
      // The same without any quirk: requests reach it unchanged.
      { name: "exact", base_url: `${url}/exact/v1`, api_key: "plain-canary" },
    ]),
  }),
  answer: (scripted, request) =>
    requestSchema.parse(request.json()).stream === true
      ? sseAnswer(stream(scripted))
      : jsonAnswer(completion(scripted)),
  half(scripted) {
    const events = stream(scripted);
    return events.slice(0, 1 + events.findIndex((event) => /"content":"[^"]/.test(event))).join("");
  },
  streamError: `data: ${JSON.stringify({ error: { message: "says the vendor", type: "server_error", code: 503 } })}\n\n`,
  refusal: (status) => ({
    error: {
      message: "says the vendor",
      type: status < 500 ? "invalid_request_error" : "server_error",
      code: null,
    },
  }),
  read(body) {
    const { messages, response_format: format } = requestSchema.parse(body);
    const results = messages.filter(({ tool_call_id: id }) => id !== undefined);
    const parts = messages.flatMap(({ content }) =>
      Array.isArray(content) ? content.filter(isJsonObject) : [],
    );
    return {
      signatures: messages.flatMap(({ reasoning_content: reasoning }) => reasoning ?? []),
      callIds: messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id)),
      resultIds: results.map(({ tool_call_id: id }) => String(id)),
      results: results.map(({ content }) => resultText(content)),
      images: parts.flatMap(imageData),
      schema: format?.json_schema?.schema,
    };
  },
};
