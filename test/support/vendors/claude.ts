import * as z from "zod";
import { isJsonObject, type JsonObject } from "../../../src/json/json-object.ts";
import type { AnthropicMessage } from "../read-anthropic-message.ts";
import { streamMessage } from "../stream-anthropic-message.ts";
import { jsonAnswer, sseAnswer } from "../upstream-answer.ts";
import { COUNTS, resultText, type ScriptedAnswer, type Vendor } from "./vendor.ts";

const requestSchema = z.looseObject({
  stream: z.boolean().optional(),
  messages: z
    .array(
      z.looseObject({
        content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
      }),
    )
    .optional(),
  output_config: z
    .looseObject({ format: z.looseObject({ schema: z.unknown().optional() }).optional() })
    .optional(),
});

const STOP_REASONS = { length: "max_tokens", content_filter: "refusal" } as const;

function message(scripted: ScriptedAnswer): AnthropicMessage {
  const { reasoning, signature, text, calls = [], finish } = scripted;
  const ended = calls.length > 0 ? "tool_use" : "end_turn";
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-5-5",
    content: [
      ...(reasoning === undefined
        ? []
        : [{ type: "thinking", thinking: reasoning, signature: signature ?? "" }]),
      // The API has no empty text blocks.
      ...(text ? [{ type: "text", text }] : []),
      ...calls.map(({ id, name, arguments: input }) => ({ type: "tool_use", id, name, input })),
    ],
    stop_reason: finish === undefined ? ended : STOP_REASONS[finish],
    stop_sequence: null,
    usage: { input_tokens: COUNTS.input, output_tokens: COUNTS.output },
  };
}

const ERRORS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function error(type: string): JsonObject {
  return {
    type: "error",
    error: { type, message: `says the vendor: ${type}` },
    request_id: "req_vendor",
  };
}

export const claude: Vendor = {
  name: "claude",
  model: "claude-sonnet-4-5",
  variables: (url) => ({ ANTHROPIC_BASE_URL: `${url}/claude` }),
  answer(scripted, request) {
    const streamed = requestSchema.parse(request.json()).stream === true;
    return streamed ? sseAnswer(streamMessage(message(scripted))) : jsonAnswer(message(scripted));
  },
  half(scripted) {
    const events = streamMessage(message(scripted));
    return events.slice(0, 1 + events.findIndex((event) => event.includes("text_delta"))).join("");
  },
  streamError: `event: error\ndata: ${JSON.stringify(error("overloaded_error"))}\n\n`,
  refusal: (status) => error(ERRORS[status] ?? "api_error"),
  read(body) {
    const { messages = [], output_config: config } = requestSchema.parse(body);
    const blocks = messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
    const ofType = (type: string) => blocks.filter((block) => block.type === type);
    return {
      signatures: ofType("thinking").map(({ signature }) => String(signature)),
      callIds: ofType("tool_use").map(({ id }) => String(id)),
      resultIds: ofType("tool_result").map(({ tool_use_id: id }) => String(id)),
      results: ofType("tool_result").map(({ content }) => resultText(content)),
      images: ofType("image").map(({ source }) =>
        isJsonObject(source) ? String(source.data) : "",
      ),
      schema: config?.format?.schema,
    };
  },
};
