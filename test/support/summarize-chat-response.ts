import type { ChatResponse } from "../../src/chat/response.ts";
import type { AnswerSummary } from "./summarize-answer.ts";

/** What a folded answer says, to be compared with what was recorded. */
export function summarizeChatResponse({
  content,
  usage,
  ...response
}: ChatResponse): AnswerSummary {
  return {
    text: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
    reasoning: content.flatMap((part) =>
      part.type === "reasoning"
        ? [
            {
              text: part.text,
              signature: part.signature?.value ?? null,
              redacted: part.redacted ?? false,
            },
          ]
        : [],
    ),
    tool_calls: content.flatMap((part) =>
      part.type === "tool_call"
        ? [{ id: part.id, name: part.name, arguments: part.arguments }]
        : [],
    ),
    parts: content.map(({ type }) => type),
    finish_reason: response.finish_reason,
    raw_finish_reason: response.raw_finish_reason,
    usage: usage && {
      input_tokens: usage.input_tokens,
      output_tokens: usage.output_tokens,
      cached_input_tokens: usage.cached_input_tokens ?? null,
      cache_write_input_tokens: usage.cache_write_input_tokens ?? null,
      reasoning_tokens: usage.reasoning_tokens ?? null,
      total_tokens: usage.total_tokens,
    },
  };
}
