import type { Warning } from "../../chat/event.ts";
import type { JsonObject } from "../../chat/format.ts";
import type { ModelInfo } from "../../chat/model.ts";
import type { ChatRequest, ResponseFormat } from "../../chat/request.ts";
import { isJsonObject } from "../../json/is-json-object.ts";
import { encodeInput } from "./encode-input.ts";
import { encodeReasoning } from "./encode-reasoning.ts";
import { encodeToolChoice, encodeTools } from "./encode-tools.ts";
import { fieldsNoted, noteOf, overlay } from "./extras.ts";
import { isEmpty } from "./read-json.ts";

/** The API refuses a smaller `max_output_tokens` (code integer_below_min_value). */
export const MIN_OUTPUT_TOKENS = 16;

/** What the caller's token is asked about, and what this server reads the answer by: extras must not say it over. */
const NOT_BY_EXTRAS: ReadonlySet<string> = new Set(["model", "max_output_tokens", "input", "stream"]);

export interface RequestToEncode {
  readonly request: ChatRequest;
  readonly model: ModelInfo;
  readonly stream: boolean;
  warn(warning: Warning): void;
}

/**
 * A chat request → the body of POST /v1/responses. `defaults` is what the provider asks for where the caller says nothing; the
 * caller's own extras lie over it.
 */
export function encodeRequest({ request, model, stream, warn }: RequestToEncode, defaults: JsonObject = {}): JsonObject {
  const { instructions, input } = encodeInput(request.messages, warn);
  const reasoning = request.reasoning && encodeReasoning(request.reasoning, fieldsNoted(request, "$summary"), warn);
  const body: JsonObject = {
    model: model.id,
    ...(instructions === undefined ? {} : { instructions }),
    ...(input.length > 0 ? { input } : {}),
    ...(request.tools ? { tools: encodeTools(request.tools) } : {}),
    ...(request.tool_choice ? { tool_choice: encodeToolChoice(request.tool_choice) } : {}),
    ...(request.parallel_tool_calls === undefined ? {} : { parallel_tool_calls: request.parallel_tool_calls }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.top_p === undefined ? {} : { top_p: request.top_p }),
    ...(request.max_tokens === undefined ? {} : { max_output_tokens: encodeMaxTokens(request, warn) }),
    ...(reasoning && !isEmpty(reasoning) ? { reasoning } : {}),
    ...(request.response_format
      ? { text: { format: { ...encodeFormat(request.response_format), ...fieldsNoted(request, "$format") } } }
      : {}),
    ...(request.metadata ? { metadata: request.metadata } : {}),
    ...defaults,
    stream,
  };
  const result = overlay(body, request, NOT_BY_EXTRAS);
  // The chat model knows some fields of these two, the caller said others.
  for (const name of ["text", "reasoning"]) {
    const encoded = body[name];
    const said = result[name];
    if (isJsonObject(encoded) && isJsonObject(said)) result[name] = { ...encoded, ...said };
  }
  return result;
}

function encodeMaxTokens(request: ChatRequest, warn: (warning: Warning) => void): number | undefined {
  const { max_tokens: tokens } = request;
  if (tokens === undefined || tokens >= MIN_OUTPUT_TOKENS || noteOf(request, "$max_output_tokens") === true) return tokens;
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
