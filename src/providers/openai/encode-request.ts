import type { EncodeCall } from "../../chat/encode-call.ts";
import type { Warning } from "../../chat/event.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { encodeFormat } from "../../formats/openai-responses/encode-format.ts";
import { encodeInput } from "../../formats/openai-responses/encode-input.ts";
import { encodeToolChoice, encodeTools } from "../../formats/openai-responses/encode-tools.ts";
import { MIN_OUTPUT_TOKENS, openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { settleItems } from "../../formats/openai-responses/settle-items.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { encodeReasoning } from "./encode-reasoning.ts";
import { limitFormat, limitTools } from "./limit-schemas.ts";

/** Extras must not override these: policy depends on some, decoding on the others. */
const PROTECTED_FIELDS: ReadonlySet<string> = new Set([
  "model",
  "max_output_tokens",
  "input",
  "stream",
]);
const WITHOUT_TOOLS: ReadonlySet<string> = new Set([...PROTECTED_FIELDS, "tools", "tool_choice"]);

/**
 * A chat request → the body of `POST /v1/responses`. `defaults` are the provider's own settings,
 * which extras may override.
 */
export function encodeRequest(
  { request, model, stream, warn }: EncodeCall,
  defaults: JsonObject = {},
): JsonObject {
  const { instructions, input, reasoningPaths } = encodeInput(request.messages, warn);
  const reasoning =
    request.reasoning &&
    encodeReasoning(request.reasoning, openaiResponsesExtras.noteFields(request, "$summary"), warn);
  const format = request.response_format && {
    ...encodeFormat(limitFormat(request.response_format, warn)),
    ...openaiResponsesExtras.noteFields(request, "$format"),
  };
  const body: JsonObject = defined({
    model: model.id,
    instructions,
    input: input.length > 0 ? input : undefined,
    tools: request.tools && encodeTools(limitTools(request.tools, warn)),
    tool_choice: request.tool_choice && encodeToolChoice(request.tool_choice),
    parallel_tool_calls: request.parallel_tool_calls,
    temperature: request.temperature,
    top_p: request.top_p,
    max_output_tokens: encodeMaxTokens(request, warn),
    reasoning: reasoning && !isEmptyObject(reasoning) ? reasoning : undefined,
    text: format && { format },
    metadata: request.metadata,
    ...defaults,
    stream,
  });
  const result = openaiResponsesExtras.overlay(body, request, {
    except: PROTECTED_FIELDS,
    // The original form of the tools must not bring back tools that were dropped.
    exceptOriginal: request.tools ? PROTECTED_FIELDS : WITHOUT_TOOLS,
  });
  if (input.length > 0) {
    const isStored = result.store !== false;
    result.input = settleItems(input, { isStored, pathOf: reasoningPaths, warn });
  }
  // Both may have fields from the chat model and fields from extras.
  for (const name of ["text", "reasoning"]) {
    const encoded = body[name];
    const given = result[name];
    if (isJsonObject(encoded) && isJsonObject(given)) result[name] = { ...encoded, ...given };
  }
  return result;
}

function encodeMaxTokens(
  request: ChatRequest,
  warn: (warning: Warning) => void,
): number | undefined {
  const { max_tokens: tokens } = request;
  if (
    tokens === undefined ||
    tokens >= MIN_OUTPUT_TOKENS ||
    openaiResponsesExtras.note(request, "$max_output_tokens") === true
  )
    return tokens;
  const message = `OpenAI takes at least ${MIN_OUTPUT_TOKENS}; sent that instead of ${tokens}.`;
  warn({ code: "adjusted_parameter", param: "max_tokens", message });
  return MIN_OUTPUT_TOKENS;
}
