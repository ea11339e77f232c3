import type { FinishReason } from "../../chat/event.ts";
import type { Extras } from "../../chat/format.ts";
import type { ChatRequest } from "../../chat/request.ts";
import type { ChatResponse } from "../../chat/response.ts";
import type { Usage } from "../../chat/usage.ts";
import { encodeFormat } from "../../formats/openai-responses/encode-format.ts";
import { encodeToolChoice, encodeTools } from "../../formats/openai-responses/encode-tools.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { nameModel, renameBody } from "../answer-model.ts";
import type { AnswerContext } from "../dialect.ts";
import { costField } from "../usage-cost.ts";
import { warningsOf, withWarnings } from "../warnings.ts";
import { encodeKeptId } from "./answer-id.ts";
import { createRestoreCall } from "./caller-tool.ts";
import { encodeOutputItems, encodeRefusalItem } from "./encode-output-item.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { mapUsage } from "./map-usage.ts";
import type { ResponsesAnswer } from "./response.ts";

/** A whole answer. The vendor's body is passed through if the answer came in this format. */
export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject {
  if (response.body?.format === "openai_responses") {
    const body = withWarnings(renameBody(response.body.value, context), context);
    return context.kept ? { ...body, id: encodeKeptId(context.requestId) } : body;
  }
  const id = answerId(response.id, context);
  const output: JsonObject[] = [];
  const restoreCall = createRestoreCall(context.request.tools);
  for (const part of response.content)
    output.push(...encodeOutputItems(part, id, output.length, restoreCall));
  if (response.refusal !== undefined)
    output.push(encodeRefusalItem(response.refusal, id, output.length));
  return encodeAnswer(
    { id, model: nameModel(response.model, context), output, ending: response },
    echoRequest(context.request),
    context,
  );
}

/** The vendor's id in the form of this API, or the one by which this server keeps the answer. */
export function answerId(id: string, { kept, requestId }: AnswerContext): string {
  return kept ? encodeKeptId(requestId) : encodeAnswerId(id);
}

/** Clients expect the prefix; some check it. */
export function encodeAnswerId(id: string): string {
  return id.startsWith("resp_") ? id : `resp_${id}`;
}

interface Ending {
  finish_reason: FinishReason;
  usage: Usage | null;
  extras?: Extras;
}

interface AnswerSoFar {
  id: string;
  model: string;
  output: JsonObject[];
  /** How it ended; absent while it runs. */
  ending?: Ending;
  /** Why it failed. */
  error?: { code: string; message: string };
}

/** The response object, for the first events, the last event and the whole answer. */
export function encodeAnswer(
  { id, model, output, ending, error }: AnswerSoFar,
  echo: JsonObject,
  context: AnswerContext,
): ResponsesAnswer {
  const reason = ending && mapFinishReason(ending.finish_reason);
  return {
    id,
    object: "response",
    created_at: Math.floor(context.startedAt / 1000),
    status: error ? "failed" : ending ? (reason ? "incomplete" : "completed") : "in_progress",
    background: context.request.background ?? false,
    error: error ?? null,
    incomplete_details: reason ? { reason } : null,
    ...echo,
    model,
    output,
    previous_response_id: context.kept?.previousId ?? null,
    service_tier: ending?.extras?.openai_responses?.service_tier ?? "default",
    store: context.kept !== undefined,
    truncation: "disabled",
    usage: ending?.usage
      ? { ...mapUsage(ending.usage), ...costField(ending.usage, context) }
      : null,
    ...(error || ending ? warningsOf(context) : {}),
  };
}

/** The API echoes the request. A setting that was not made is null, or the API's own default. */
export function echoRequest(request: ChatRequest): JsonObject {
  const [first] = request.messages;
  const original = openaiResponsesExtras.noteFields(request, "$original");
  const isInstructions =
    first?.role === "system" &&
    openaiResponsesExtras.note(first, "$role") === undefined &&
    typeof first.content === "string";
  return {
    instructions: isInstructions ? first.content : null,
    max_output_tokens: request.max_tokens ?? null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    reasoning: {
      effort: request.reasoning?.effort ?? null,
      summary: request.reasoning?.visible ? "auto" : null,
    },
    temperature: request.temperature ?? null,
    text: { format: encodeFormat(request.response_format ?? { type: "text" }) },
    tool_choice: original.tool_choice ?? encodeToolChoice(request.tool_choice ?? "auto"),
    tools: original.tools ?? encodeTools(request.tools ?? []),
    top_p: request.top_p ?? null,
  };
}
