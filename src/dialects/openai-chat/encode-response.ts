import type { Part } from "../../chat/part.ts";
import type { ChatResponse } from "../../chat/response.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { nameModel, renameBody } from "../answer-model.ts";
import type { AnswerContext } from "../dialect.ts";
import type { WireAssistantMessage, WireCompletion, WireToolCall } from "./answer.ts";
import { carryInDetails, carryOnCall, describePart } from "./describe-parts.ts";
import type { Piece } from "./embed-foreign.ts";
import { encodeUsage } from "./encode-usage.ts";

/** A finished answer → `chat.completion`; the vendor's own body where it speaks this format. */
export function encodeResponse(response: ChatResponse, context: AnswerContext): unknown {
  const warnings = context.warnings.length > 0 ? { warnings: [...context.warnings] } : {};
  if (response.body?.format === FORMAT)
    return { ...renameBody(response.body.value, context), ...warnings };
  const completion: WireCompletion = {
    id: response.id,
    object: "chat.completion",
    created: Math.floor(context.startedAt / 1000),
    model: nameModel(response.model, context),
    choices: [
      {
        index: 0,
        message: encodeMessage(response.content),
        logprobs: null,
        finish_reason: response.finish_reason,
      },
    ],
    ...(response.usage ? { usage: encodeUsage(response.usage) } : {}),
    ...warnings,
  };
  return completion;
}

function encodeMessage(parts: readonly Part[]): WireAssistantMessage {
  let text: string | undefined;
  let refusal: string | undefined;
  let reasoning = "";
  const calls: WireToolCall[] = [];
  const pieces: Piece[] = [];
  /** Those that no call carries yet. */
  let loose: Piece[] = [];
  for (const part of parts) {
    const piece = describePart(part);
    if (piece) {
      pieces.push(piece);
      loose.push(piece);
    }
    if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "text" && openaiChatExtras.note(part, "$field") === "refusal")
      refusal = (refusal ?? "") + part.text;
    else if (part.type === "text") text = (text ?? "") + part.text;
    else if (part.type === "tool_call") {
      const carried = carryOnCall(loose);
      if (carried) loose = [];
      calls.push({
        id: part.id,
        type: "function",
        function: {
          name: part.name,
          arguments: part.arguments_text ?? JSON.stringify(part.arguments),
        },
        ...carried,
      });
    }
  }
  const details = carryInDetails(pieces);
  return {
    role: "assistant",
    content: text ?? (calls.length > 0 || refusal !== undefined ? null : ""),
    refusal: refusal ?? null,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(details ? { reasoning_details: details } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}
