import { isBroken } from "../../chat/broken-arguments.ts";
import type { FinishReason } from "../../chat/event.ts";
import type { Extras } from "../../chat/format.ts";
import { textOf } from "../../chat/message.ts";
import type { Part, ToolCallPart } from "../../chat/part.ts";
import type { ChatResponse } from "../../chat/response.ts";
import type { Usage } from "../../chat/usage.ts";
import { defined } from "../../json/defined.ts";
import type { AnswerContext } from "../dialect.ts";
import { mapUsage } from "./map-usage.ts";
import type { ChatResponseBody } from "./response.ts";

interface Ending {
  refusal?: string;
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
    ...defined({ refusal: ending.refusal, extras: ending.extras }),
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
    tool_calls: encodeCalls(content),
    ...encodeEnding(response, context),
  };
}

export function encodeCalls(content: readonly Part[]): ChatResponseBody["tool_calls"] {
  return content.flatMap((part) => (part.type === "tool_call" ? [encodeCall(part)] : []));
}

/** No empty arguments stand for broken ones: a caller would run the tool with them. */
function encodeCall(call: ToolCallPart): ChatResponseBody["tool_calls"][number] {
  const { id, name, arguments_text } = call;
  return isBroken(call)
    ? { id, name, arguments: null, ...defined({ arguments_text }) }
    : { id, name, arguments: call.arguments };
}
