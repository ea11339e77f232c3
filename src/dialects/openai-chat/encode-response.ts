import type { ChatResponse } from "../../chat/response.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { defined } from "../../json/defined.ts";
import { nameModel, renameBody } from "../answer-model.ts";
import type { AnswerContext } from "../dialect.ts";
import { finishAsTold } from "../finish-as-told.ts";
import { addCost, costField } from "../usage-cost.ts";
import { warningsOf } from "../warnings.ts";
import type { WireAssistantMessage, WireCompletion, WireToolCall } from "./answer.ts";
import { embedInCall, embedInDetails, toForeignPart } from "./embed-foreign.ts";
import type { ForeignPart } from "./foreign-part.ts";
import { mapUsage } from "./map-usage.ts";

/**
 * A whole answer → `chat.completion`. The vendor's body is passed through if it came in this
 * format.
 */
export function encodeResponse(response: ChatResponse, context: AnswerContext): unknown {
  if (response.body?.format === FORMAT)
    return {
      ...addCost(renameBody(response.body.value, context), response.usage, context),
      ...warningsOf(context),
    };
  const message = encodeMessage(response);
  const completion: WireCompletion = {
    id: response.id,
    object: "chat.completion",
    created: Math.floor(context.startedAt / 1000),
    model: nameModel(response.model, context),
    choices: [
      {
        index: 0,
        message,
        logprobs: null,
        finish_reason: finishAsTold(response.finish_reason, message.tool_calls !== undefined),
      },
    ],
    ...defined({
      usage: response.usage
        ? { ...mapUsage(response.usage), ...costField(response.usage, context) }
        : undefined,
    }),
    ...warningsOf(context),
  };
  return completion;
}

function encodeMessage({
  content: parts,
  refusal: explanation,
}: Pick<ChatResponse, "content" | "refusal">): WireAssistantMessage {
  let text: string | undefined;
  let refusal: string | undefined;
  let reasoning = "";
  const calls: WireToolCall[] = [];
  const foreign: ForeignPart[] = [];
  /** Parts that no call has embedded yet. */
  let loose: ForeignPart[] = [];
  for (const part of parts) {
    const described = toForeignPart(part);
    if (described) {
      foreign.push(described);
      loose.push(described);
    }
    if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "text" && part.refusal) refusal = (refusal ?? "") + part.text;
    else if (part.type === "text") text = (text ?? "") + part.text;
    else if (part.type === "tool_call") {
      const embedded = embedInCall(loose);
      if (embedded) loose = [];
      calls.push({
        id: part.id,
        type: "function",
        function: {
          name: part.name,
          arguments: part.arguments_text ?? JSON.stringify(part.arguments),
        },
        ...embedded,
      });
    }
  }
  refusal ??= explanation;
  const details = embedInDetails(foreign);
  return {
    role: "assistant",
    content: text ?? (calls.length > 0 || refusal !== undefined ? null : ""),
    refusal: refusal ?? null,
    ...defined({
      reasoning_content: reasoning === "" ? undefined : reasoning,
      reasoning_details: details,
      tool_calls: calls.length > 0 ? calls : undefined,
    }),
  };
}
