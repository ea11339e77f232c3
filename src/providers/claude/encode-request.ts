import type { EncodeCall } from "../../chat/encode-call.ts";
import type { ModelInfo } from "../../chat/model.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { encodeCache } from "../../formats/anthropic-messages/cache-control.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import {
  BETA_HEADER,
  parseBetas,
  parseVersion,
  VERSION_HEADER,
} from "../../formats/anthropic-messages/header-extras.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { refusesSystemTurns, takesSystemTurns } from "./capabilities.ts";
import { encodeMessages } from "./encode-messages.ts";
import { encodeReasoning, takesEffort, takesThinking } from "./encode-reasoning.ts";
import { encodeMetadata, encodeSampling } from "./encode-settings.ts";
import { encodeTools } from "./encode-tools.ts";
import { limitOutputSchema } from "./limit-schemas.ts";

/** A request, whichever transport sends it. */
export interface ClaudeRequest {
  /** Holds `model`, and `stream` only if the answer is to be streamed. */
  body: JsonObject;
  betas: readonly string[];
  /** Undefined if the caller named none. */
  version: string | undefined;
}

/**
 * A longer answer is streamed upstream even if the caller wants it whole: it may take more than ten
 * minutes, and connections without traffic do not last that long. Anthropic's own clients have the
 * same limit (128,000 tokens an hour).
 */
const MAX_WHOLE_TOKENS = 21_333;

/**
 * Used if the model's limit is unknown: every model takes this many (Claude 3 Opus takes no more).
 */
const UNKNOWN_MODEL_TOKENS = 4096;

/** Extras must not set these: a caller could switch models or exceed its token's limits. */
const PROTECTED_FIELDS: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "max_tokens",
  "stream",
  VERSION_HEADER,
  BETA_HEADER,
]);

export interface EncodeOptions {
  /** Whether the transport lets system messages within a conversation pass. */
  systemTurns: boolean;
}

/** A chat request → the body of `POST /v1/messages`. */
export function encodeRequest(call: EncodeCall, options: EncodeOptions): ClaudeRequest {
  const { request, model } = call;
  const { extras, betas, version } = readExtras(request);
  const format = encodeFormat(call);
  const given = isJsonObject(extras.output_config) ? { ...extras.output_config } : {};
  delete extras.output_config;
  // A request in Anthropic's format sets its own reasoning; what the model refuses is removed.
  const asksForThinking = extras.thinking !== undefined || given.effort === undefined;
  if (!takesThinking(extras.thinking, call)) delete extras.thinking;
  if (!takesEffort(given.effort, call)) delete given.effort;
  const saysReasoning = "thinking" in extras || "effort" in given;
  const encoded = saysReasoning ? { budgetTokens: 0 } : encodeReasoning(call);
  // For a caller of Anthropic's format, an effort alone does not turn thinking on.
  const reasoning = asksForThinking ? encoded : { ...encoded, thinking: undefined };
  const maxTokens = request.max_tokens ?? defaultMaxTokens(model, reasoning.budgetTokens);
  const isStreamed = call.stream || maxTokens > MAX_WHOLE_TOKENS;
  // `output_format` is the older field; the API refuses it beside `output_config.format`.
  const ownFormat = isJsonObject(extras.output_format) ? {} : format;
  const outputConfig: JsonObject = { ...ownFormat, ...given };
  if (reasoning.effort !== undefined) outputConfig.effort = reasoning.effort;
  if ("format" in given) outputConfig.format = withLimitedSchema(given.format, format);
  if (isJsonObject(extras.output_format))
    extras.output_format = withLimitedSchema(extras.output_format, format);
  const body: JsonObject = {
    model: model.id,
    max_tokens: maxTokens,
    ...encodePrompt(call, options),
    ...encodeSampling(
      call,
      reasoning.thinking !== undefined && reasoning.thinking.type !== "disabled",
    ),
  };
  if (reasoning.thinking !== undefined) body.thinking = reasoning.thinking;
  // The caller's own spelling overrides ours, and `extras` override both.
  const original = omit(anthropicExtras.noteFields(request, "$original"), PROTECTED_FIELDS);
  Object.assign(body, encodeMetadata(call), original, extras);
  if (!isEmptyObject(outputConfig)) body.output_config = outputConfig;
  if (isStreamed) body.stream = true;
  return { body, betas, version };
}

/**
 * A chat request → the body of `POST /v1/messages/count_tokens`, which takes only what makes up the
 * prompt.
 */
export function encodeCountRequest(call: EncodeCall, options: EncodeOptions): ClaudeRequest {
  const { body, ...rest } = encodeRequest({ ...call, stream: false }, options);
  for (const field of [
    "max_tokens",
    "stream",
    "temperature",
    "top_p",
    "stop_sequences",
    "metadata",
  ])
    delete body[field];
  return { body, ...rest };
}

function encodePrompt(call: EncodeCall, options: EncodeOptions): JsonObject {
  const { request, model } = call;
  const { systemTurns } = options;
  const { system, messages } = encodeMessages(request.messages, call.warn, {
    taken: systemTurns && takesSystemTurns(model.id),
    refused: !systemTurns || refusesSystemTurns(model.id),
  });
  const wantsJson = request.response_format?.type === "json";
  return defined({
    system: wantsJson ? addInstruction(system, JSON_INSTRUCTION) : system,
    messages,
    ...encodeTools(request, call.warn),
    cache_control: request.cache && encodeCache(request.cache),
  });
}

/** The caller's own fields of a format, with the schema as Claude takes it. */
function withLimitedSchema(own: unknown, encoded: JsonObject): unknown {
  const { format } = encoded;
  return isJsonObject(own) && isJsonObject(format) ? { ...own, schema: format.schema } : own;
}

const JSON_INSTRUCTION =
  "Answer with one JSON value and nothing else: no explanation, no Markdown.";

function addInstruction(
  system: string | JsonObject[] | undefined,
  text: string,
): string | JsonObject[] {
  if (system === undefined) return text;
  return typeof system === "string" ? `${system}\n\n${text}` : [...system, { type: "text", text }];
}

function encodeFormat({ request: { response_format: format }, warn }: EncodeCall): JsonObject {
  switch (format?.type) {
    case "json_schema":
      return { format: { type: "json_schema", schema: limitOutputSchema(format.schema, warn) } };
    case "json":
      warn({
        code: "adjusted_parameter",
        param: "response_format",
        message:
          "Claude has no JSON mode without a schema; an instruction to answer in JSON was added.",
      });
      return {};
    default:
      return {};
  }
}

/**
 * The API has no default, so this is as much as the model can write without having to be streamed.
 */
function defaultMaxTokens(model: ModelInfo, budgetTokens: number): number {
  const limit = model.max_output_tokens ?? UNKNOWN_MODEL_TOKENS + budgetTokens;
  return Math.min(limit, MAX_WHOLE_TOKENS + budgetTokens);
}

function readExtras(request: ChatRequest): Omit<ClaudeRequest, "body"> & { extras: JsonObject } {
  if (!anthropicExtras.has(request)) return { extras: {}, betas: [], version: undefined };
  const given = anthropicExtras.fields(request);
  return {
    extras: omit(given, PROTECTED_FIELDS),
    betas: readHeader(given, BETA_HEADER, parseBetas) ?? [],
    version: readHeader(given, VERSION_HEADER, parseVersion),
  };
}

function readHeader<T>(
  given: JsonObject,
  name: string,
  parse: (value: unknown) => T | undefined,
): T | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  const parsed = parse(value);
  if (parsed !== undefined) return parsed;
  const param = `extras.anthropic.${name}`;
  throw new ChatError("invalid_request", {
    param,
    message: `${param} is not a valid value for this header.`,
  });
}
