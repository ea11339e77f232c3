import type { FinishReason } from "../../chat/event.ts";
import type { Extras } from "../../chat/format.ts";
import type { Part } from "../../chat/part.ts";
import type { ChatResponse } from "../../chat/response.ts";
import type { Usage } from "../../chat/usage.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import type { MessageBody, WireUsage } from "../../formats/anthropic-messages/response.ts";
import { encodeStopReason } from "../../formats/anthropic-messages/stop-reason.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { nameModel, renameBody } from "../answer-model.ts";
import type { AnswerContext } from "../dialect.ts";
import { finishAsTold } from "../finish-as-told.ts";
import { costField } from "../usage-cost.ts";
import { warningsOf, withWarnings } from "../warnings.ts";
import { encodeContent } from "./encode-content.ts";
import { mapUsage } from "./map-usage.ts";

/** A whole answer. The vendor's body is passed through if the answer came in this format. */
export function encodeResponse(
  response: ChatResponse,
  context: AnswerContext,
): MessageBody | JsonObject {
  if (response.body?.format === "anthropic")
    return withWarnings(renameBody(response.body.value, context), context);
  const refusal = response.refusal ?? refusalIn(response.content);
  const { stop_reason, usage, fields } = encodeEnding(
    { ...response, refusal, hasCall: response.content.some(isCall) },
    context,
  );
  return {
    id: response.id === "" ? context.requestId : response.id,
    type: "message",
    role: "assistant",
    model: nameModel(response.model, context),
    content: encodeContent(response.content),
    stop_reason,
    stop_sequence: null,
    ...fields,
    usage,
    ...warningsOf(context),
  };
}

/** A refusal that is a part of the answer is its text here, and the explanation of its end. */
function refusalIn(content: readonly Part[]): string | undefined {
  const texts = content.map((part) => (part.type === "text" && part.refusal ? part.text : ""));
  return texts.join("") || undefined;
}

function isCall({ type }: Part): boolean {
  return type === "tool_call";
}

export interface Ending {
  /** Whether there is a call that this API can tell of. */
  hasCall: boolean;
  refusal?: string | undefined;
  finish_reason: FinishReason;
  raw_finish_reason: string | null;
  usage: Usage | null;
  extras?: Extras;
}

/** How an answer ended, for a whole answer and for `message_delta`. */
export function encodeEnding(
  ending: Ending,
  context: AnswerContext,
): { stop_reason: string; usage: WireUsage; fields: JsonObject } {
  const extras = context.format === "anthropic" ? anthropicExtras.fields(ending) : {};
  if (ending.refusal !== undefined && ending.finish_reason === "content_filter")
    extras.stop_details ??= { type: "refusal", category: null, explanation: ending.refusal };
  const { usage: counts, ...fields } = extras;
  const raw = context.format === "anthropic" ? ending.raw_finish_reason : null;
  return {
    stop_reason: encodeStopReason(
      context.format === "anthropic"
        ? ending.finish_reason
        : finishAsTold(ending.finish_reason, ending.hasCall),
      raw,
    ),
    usage: {
      ...mapUsage(ending.usage),
      ...(isJsonObject(counts) ? counts : {}),
      // What comes from Anthropic is as it came.
      ...(context.format === "anthropic" ? {} : costField(ending.usage, context)),
    },
    fields,
  };
}
