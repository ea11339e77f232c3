import * as z from "zod";
import type { AnswerSummary } from "./summarize-answer.ts";

/** The part of Anthropic's message that a caller gets, read independently of the server's code. */
const countSchema = z.number().nullish();
const usageSchema = z.looseObject({
  input_tokens: countSchema,
  output_tokens: countSchema,
  cache_read_input_tokens: countSchema,
  cache_creation_input_tokens: countSchema,
  output_tokens_details: z.looseObject({ thinking_tokens: countSchema }).nullish(),
});
const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  signature: z.string().optional(),
  data: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
});
export const messageSchema = z.looseObject({
  id: z.string(),
  model: z.string(),
  content: z.array(blockSchema),
  stop_reason: z.string().nullable(),
  usage: usageSchema,
});
export type AnthropicMessage = z.infer<typeof messageSchema>;

const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

const PARTS: Readonly<Record<string, string>> = {
  text: "text",
  thinking: "reasoning",
  redacted_thinking: "reasoning",
  tool_use: "tool_call",
};

/** What a caller must get of this message. */
export function summarizeMessage(message: AnthropicMessage): AnswerSummary {
  const { content, usage } = message;
  const input =
    (usage.input_tokens ?? 0) +
    (usage.cache_read_input_tokens ?? 0) +
    (usage.cache_creation_input_tokens ?? 0);
  const output = usage.output_tokens ?? 0;
  return {
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    reasoning: content.flatMap((block): AnswerSummary["reasoning"] => {
      if (block.type === "thinking")
        return [
          { text: block.thinking ?? "", signature: block.signature || null, redacted: false },
        ];
      return block.type === "redacted_thinking"
        ? [{ text: "", signature: block.data ?? null, redacted: true }]
        : [];
    }),
    tool_calls: content.flatMap((block) =>
      block.type === "tool_use"
        ? [{ id: block.id ?? "", name: block.name ?? "", arguments: block.input }]
        : [],
    ),
    parts: content.map((block) => PARTS[block.type] ?? "opaque"),
    finish_reason: FINISH_REASONS[message.stop_reason ?? ""] ?? `(unknown: ${message.stop_reason})`,
    raw_finish_reason: message.stop_reason,
    usage: {
      input_tokens: input,
      output_tokens: output,
      cached_input_tokens: usage.cache_read_input_tokens ?? null,
      cache_write_input_tokens: usage.cache_creation_input_tokens ?? null,
      reasoning_tokens: usage.output_tokens_details?.thinking_tokens ?? null,
      total_tokens: input + output,
    },
  };
}

const deltaSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  signature: z.string().optional(),
  partial_json: z.string().optional(),
});
const eventSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("message_start"), message: messageSchema }),
  z.looseObject({
    type: z.literal("content_block_start"),
    index: z.int(),
    content_block: blockSchema,
  }),
  z.looseObject({ type: z.literal("content_block_delta"), index: z.int(), delta: deltaSchema }),
  z.looseObject({ type: z.literal("content_block_stop"), index: z.int() }),
  z.looseObject({
    type: z.literal("message_delta"),
    delta: z.looseObject({ stop_reason: z.string().nullish() }),
    usage: usageSchema,
  }),
  z.looseObject({ type: z.literal("message_stop") }),
  z.looseObject({ type: z.literal("ping") }),
]);

/** A recorded stream → the message that it tells, piece by piece. */
export function readStreamedMessage(sse: string): AnthropicMessage {
  let message: AnthropicMessage | undefined;
  const inputs: string[] = [];
  for (const line of sse.split(/\r\n|\n|\r/)) {
    if (!line.startsWith("data:")) continue;
    const event = eventSchema.parse(JSON.parse(line.slice("data:".length)));
    if (event.type === "message_start") message = structuredClone(event.message);
    if (!message) continue;
    if (event.type === "content_block_start")
      message.content[event.index] = structuredClone(event.content_block);
    else if (event.type === "content_block_delta") {
      const block = message.content[event.index];
      if (!block) throw new Error(`a delta for block ${event.index}, which never began`);
      const { delta } = event;
      if (delta.text !== undefined) block.text = (block.text ?? "") + delta.text;
      if (delta.thinking !== undefined) block.thinking = (block.thinking ?? "") + delta.thinking;
      if (delta.signature !== undefined)
        block.signature = (block.signature ?? "") + delta.signature;
      if (delta.partial_json !== undefined)
        inputs[event.index] = (inputs[event.index] ?? "") + delta.partial_json;
    } else if (event.type === "message_delta") {
      message.stop_reason = event.delta.stop_reason ?? message.stop_reason;
      const told = Object.entries(event.usage).filter(([, count]) => count !== null);
      Object.assign(message.usage, Object.fromEntries(told));
    }
  }
  if (!message) throw new Error("the stream has no message_start");
  for (const [index, text] of inputs.entries()) {
    const block = message.content[index];
    if (block && text) block.input = JSON.parse(text);
  }
  return message;
}
