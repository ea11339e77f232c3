import type { Warning } from "../../chat/event.ts";
import type { JsonObject } from "../../chat/format.ts";
import type { ModelInfo } from "../../chat/model.ts";
import type { ChatRequest, ResponseFormat } from "../../chat/request.ts";
import { isJsonObject } from "../../json/is-json-object.ts";
import { encodeInput } from "./encode-input.ts";
import { encodeReasoning } from "./encode-reasoning.ts";
import { encodeToolChoice, encodeTools } from "./encode-tools.ts";
import { extrasOf, overlay } from "./extras.ts";
import { isEmpty } from "./read-json.ts";

/** The API refuses a smaller `max_output_tokens` (code integer_below_min_value). */
const MIN_OUTPUT_TOKENS = 16;

export interface RequestToEncode {
  readonly request: ChatRequest;
  readonly model: ModelInfo;
  readonly stream: boolean;
  warn(warning: Warning): void;
}

/**
 * A chat request → the body of POST /v1/responses. `defaults` is what the provider asks for where the caller says nothing; the
 * caller's own extras lie over all of it.
 */
export function encodeRequest({ request, model, stream, warn }: RequestToEncode, defaults: JsonObject = {}): JsonObject {
  const extras = extrasOf(request);
  const { instructions, input } = encodeInput(request.messages, warn);
  const reasoning = request.reasoning && encodeReasoning(request.reasoning, warn);
  const body: JsonObject = {
    model: model.id,
    ...(instructions === undefined ? {} : { instructions }),
    ...(input.length > 0 ? { input } : {}),
    ...(request.tools ? { tools: encodeTools(request.tools) } : {}),
    ...(request.tool_choice ? { tool_choice: encodeToolChoice(request.tool_choice) } : {}),
    ...(request.parallel_tool_calls === undefined ? {} : { parallel_tool_calls: request.parallel_tool_calls }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.top_p === undefined ? {} : { top_p: request.top_p }),
    ...(request.max_tokens === undefined
      ? {}
      : { max_output_tokens: extras?.max_output_tokens ?? encodeMaxTokens(request.max_tokens, warn) }),
    ...(reasoning && !isEmpty(reasoning) ? { reasoning } : {}),
    ...(request.response_format ? { text: { format: encodeFormat(request.response_format) } } : {}),
    ...(request.metadata ? { metadata: request.metadata } : {}),
    ...defaults,
    stream,
  };
  return overlayRequest(body, extras);
}

/** `text` and `reasoning` are laid over field by field: the chat model knows some of their fields, the caller said others. */
function overlayRequest(body: JsonObject, extras: JsonObject | undefined): JsonObject {
  if (!extras) return body;
  const merged = { ...extras };
  for (const name of ["text", "reasoning"]) {
    const over = extras[name];
    const under = body[name];
    if (isJsonObject(over) && isJsonObject(under)) merged[name] = overlay(under, over);
  }
  return overlay(body, merged);
}

function encodeMaxTokens(tokens: number, warn: (warning: Warning) => void): number {
  if (tokens >= MIN_OUTPUT_TOKENS) return tokens;
  const message = `The provider takes at least ${MIN_OUTPUT_TOKENS}; that was sent in place of ${tokens}.`;
  warn({ code: "adjusted_parameter", param: "max_tokens", message });
  return MIN_OUTPUT_TOKENS;
}

export function encodeFormat(format: ResponseFormat): JsonObject {
  switch (format.type) {
    case "text":
      return { type: "text" };
    case "json":
      return { type: "json_object" };
    case "json_schema":
      return {
        type: "json_schema",
        name: format.name ?? "answer",
        ...(format.description === undefined ? {} : { description: format.description }),
        schema: format.schema,
        ...(format.strict === undefined ? {} : { strict: format.strict }),
      };
  }
}
