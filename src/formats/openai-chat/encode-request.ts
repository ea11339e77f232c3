import type { EncodeCall } from "../../chat/encode-call.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { settleQuirks } from "./arrange-messages.ts";
import { type EncodeContext, encodeCache } from "./encode-content.ts";
import { encodeMessages } from "./encode-messages.ts";
import { encodeReasoning } from "./encode-reasoning.ts";
import { describeSchema, encodeResponseFormat } from "./encode-response-format.ts";
import { encodeTool, encodeToolChoice } from "./encode-tools.ts";
import { openaiChatExtras } from "./extras.ts";
import { REASONING_CONTROLS } from "./format.ts";
import type { Quirks } from "./quirks.ts";

export interface EncodedRequest {
  body: JsonObject;
  /** Whether we asked for the stream's usage and the caller did not. */
  addedUsage: boolean;
}

/** Extras must not set these: a caller could switch models or exceed its token's limits. */
const PROTECTED_FIELDS: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "n",
  "max_tokens",
  "max_completion_tokens",
]);

/**
 * Nor must the original form of what the chat model has; each is checked when its parameter is
 * encoded.
 */
const PROTECTED_ORIGINALS: ReadonlySet<string> = new Set([
  ...PROTECTED_FIELDS,
  "stop",
  "tool_choice",
  "response_format",
  ...REASONING_CONTROLS,
]);

/**
 * Chat request → the body of `POST /chat/completions`, overlaid with the caller's own fields of
 * this format.
 */
export function encodeRequest(call: EncodeCall, given: Quirks): EncodedRequest {
  const { request, model, stream } = call;
  const quirks = settleQuirks(given, model.id);
  const original = openaiChatExtras.noteFields(request, "$original");
  let lostCaches = 0;
  const context: EncodeContext = {
    quirks,
    warn: call.warn,
    noteLostCache() {
      lostCaches += 1;
    },
  };
  const messages = encodeMessages(request.messages, context);
  const body: JsonObject = { model: model.id, messages };

  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.top_p !== undefined) body.top_p = request.top_p;
  if (request.max_tokens !== undefined) body[maxTokensField(original, quirks)] = request.max_tokens;
  if (request.stop)
    body.stop =
      typeof original.stop === "string" && request.stop[0] === original.stop
        ? original.stop
        : request.stop;
  else if (Array.isArray(original.stop) && original.stop.length === 0) body.stop = original.stop;
  if (request.seed !== undefined) body[quirks.seed_field] = request.seed;
  if (request.tools) body.tools = request.tools.map((tool) => encodeTool(tool, context));
  const toolChoice = encodeToolChoice(request.tool_choice, original.tool_choice);
  if (toolChoice !== undefined) body.tool_choice = toolChoice;
  if (request.parallel_tool_calls !== undefined)
    body.parallel_tool_calls = request.parallel_tool_calls;
  Object.assign(body, encodeReasoning(call, original, quirks));
  const responseFormat = encodeResponseFormat(
    request.response_format,
    original.response_format,
    quirks,
  );
  if (responseFormat !== undefined) body.response_format = responseFormat;
  if (request.response_format?.type === "json_schema" && quirks.json_schema === "as_json") {
    call.warn({
      code: "adjusted_parameter",
      param: "response_format",
      message:
        "The server only supports JSON without a schema; a system message describes the schema.",
    });
    addInstruction(messages, describeSchema(request.response_format), quirks);
  }
  if (request.metadata) body.metadata = request.metadata;
  // A server of this format is told by the caller's own field.
  if (!request.cache?.best_effort || original.prompt_cache_key === undefined)
    Object.assign(body, encodeCache(request, context));
  if (lostCaches > 0) {
    call.warn({
      code: "unsupported_parameter",
      param: "cache",
      message: "The server has no known field for prompt-cache hints; they were left out.",
    });
  }
  if (original.n === 1) body.n = 1;

  const overlaid = openaiChatExtras.overlay(body, request, {
    except: PROTECTED_FIELDS,
    exceptOriginal: PROTECTED_ORIGINALS,
  });
  const addedUsage = stream
    ? addStreamFields(
        overlaid,
        openaiChatExtras.fields(request).stream_options ?? original.stream_options,
        quirks,
      )
    : false;
  if (!stream && request.stream === false) overlaid.stream = false;
  return { body: overlaid, addedUsage };
}

/** Puts a system text first: into the first system message, if the server takes but one. */
function addInstruction(messages: JsonObject[], text: string, quirks: Quirks): void {
  const [first] = messages;
  const joins =
    quirks.system_turns === "first" &&
    first?.role === "system" &&
    typeof first.content === "string";
  if (joins) messages[0] = { ...first, content: `${text}\n\n${first.content}` };
  else messages.unshift({ role: "system", content: text });
}

function maxTokensField(original: JsonObject, quirks: Quirks): string {
  if (quirks.max_tokens_field !== "as_given") return quirks.max_tokens_field;
  return original.max_completion_tokens == null ? "max_tokens" : "max_completion_tokens";
}

function addStreamFields(body: JsonObject, original: unknown, quirks: Quirks): boolean {
  body.stream = true;
  const options = isJsonObject(original) ? original : undefined;
  if (quirks.stream_usage === "unasked") {
    if (options) body.stream_options = options;
    return false;
  }
  // Cost and budgets need the usage, so it is always requested.
  body.stream_options = { ...options, include_usage: true };
  return options?.include_usage !== true;
}
