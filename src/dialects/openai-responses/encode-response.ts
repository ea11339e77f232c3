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
import { createRestoreCall } from "./caller-tool.ts";
import { encodeOutputItems } from "./encode-output-item.ts";
import type { ResponsesAnswer, ResponsesUsage } from "./response.ts";

/** A finished answer. One of a provider of this format goes out as it came. */
export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject {
  if (response.body?.format === "openai_responses") return renameBody(response.body.value, context);
  const id = encodeAnswerId(response.id);
  const output: JsonObject[] = [];
  const restoreCall = createRestoreCall(context.request.tools);
  for (const part of response.content)
    output.push(...encodeOutputItems(part, id, output.length, restoreCall));
  return encodeAnswer(
    { id, model: nameModel(response.model, context), output, ending: response },
    echoRequest(context.request),
    context,
  );
}

/** Clients expect the prefix, and some look at it. */
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

/** The response object, as the first events, the last event and the whole answer all have it. */
export function encodeAnswer(
  { id, model, output, ending, error }: AnswerSoFar,
  echo: JsonObject,
  context: AnswerContext,
): ResponsesAnswer {
  const reason = ending && incompleteReason(ending.finish_reason);
  return {
    id,
    object: "response",
    created_at: Math.floor(context.startedAt / 1000),
    status: error ? "failed" : ending ? (reason ? "incomplete" : "completed") : "in_progress",
    background: false,
    error: error ?? null,
    incomplete_details: reason ? { reason } : null,
    ...echo,
    model,
    output,
    previous_response_id: null,
    service_tier: ending?.extras?.openai_responses?.service_tier ?? "default",
    store: false,
    truncation: "disabled",
    usage: ending?.usage ? encodeUsage(ending.usage) : null,
    // What was changed on the way, in a field that the API has not and that its clients pass over.
    ...((error || ending) && context.warnings.length > 0
      ? { warnings: [...context.warnings] }
      : {}),
  };
}

function incompleteReason(
  reason: FinishReason,
): "max_output_tokens" | "content_filter" | undefined {
  if (reason === "length") return "max_output_tokens";
  return reason === "content_filter" ? reason : undefined;
}

/** The API says back what was asked; a setting that was not made is null, or has the value that the API itself would name. */
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

/** A count that the vendor did not give is 0: Codex cannot read an answer without these two. */
function encodeUsage(usage: Usage): ResponsesUsage {
  const { cached_input_tokens: cached = 0, cache_write_input_tokens: written } = usage;
  return {
    input_tokens: usage.input_tokens,
    input_tokens_details: {
      cached_tokens: cached,
      ...(written === undefined ? {} : { cache_write_tokens: written }),
    },
    output_tokens: usage.output_tokens,
    output_tokens_details: { reasoning_tokens: usage.reasoning_tokens ?? 0 },
    total_tokens: usage.total_tokens,
  };
}
