import type { FinishReason } from "../../chat/event.ts";
import type { Extras } from "../../chat/format.ts";
import { textOf } from "../../chat/message.ts";
import type { ChatResponse } from "../../chat/response.ts";
import type { Usage } from "../../chat/usage.ts";
import { defined } from "../../json/defined.ts";
import type { AnswerContext } from "../dialect.ts";
import { mapUsage } from "./map-usage.ts";
import type { ChatResponseBody } from "./response.ts";

interface Ending {
  finish_reason: FinishReason;
  raw_finish_reason: string | null;
  usage: Usage | null;
  extras?: Extras;
}

/** What a whole answer and a stream's `done` event have in common. */
export function encodeEnding(ending: Ending, context: AnswerContext) {
  return {
    finish_reason: ending.finish_reason,
    raw_finish_reason: ending.raw_finish_reason,
    usage: mapUsage(ending.usage),
    usage_complete: ending.usage !== null,
    cost: context.cost(ending.usage),
    warnings: [...context.warnings],
    attempts: [...context.attempts],
    ...defined({ extras: ending.extras }),
  };
}

export function encodeResponse(response: ChatResponse, context: AnswerContext): ChatResponseBody {
  const { content } = response;
  return {
    id: response.id,
    request_id: context.requestId,
    role: "assistant",
    provider: context.target.provider,
    model: response.model,
    text: textOf(response),
    content,
    tool_calls: content.flatMap((part) =>
      part.type === "tool_call"
        ? [{ id: part.id, name: part.name, arguments: part.arguments }]
        : [],
    ),
    ...encodeEnding(response, context),
  };
}
