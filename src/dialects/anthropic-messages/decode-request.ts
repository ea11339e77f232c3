import type { ChatRequest } from "../../chat/request.ts";
import { decodeCache } from "../../formats/anthropic-messages/cache-control.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import {
  type CountTokensBody,
  countTokensBodySchema,
  messagesBodySchema,
} from "../../formats/anthropic-messages/request.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { notePlace, type Renames } from "../caller-paths.ts";
import { decodeFallbacks } from "../decode-fallbacks.ts";
import { parseBody } from "../parse-body.ts";
import { decodeMessages } from "./decode-messages.ts";
import { decodeFormat, decodeReasoning } from "./decode-reasoning.ts";
import { decodeTool, decodeToolChoice } from "./decode-tools.ts";
import { findFormatRequirement } from "./find-format-requirement.ts";
import { readHeaders } from "./read-headers.ts";

/** The body of `POST /v1/messages` and its two headers → chat request. */
export function decodeRequest(body: unknown, headers: Headers): ChatRequest {
  const { max_tokens, temperature, top_p, stop_sequences, metadata, stream, fallbacks, ...rest } =
    parseBody(messagesBodySchema, body);
  const { request, extras } = decodePrompt(rest);
  return {
    ...request,
    max_tokens,
    ...defined({ temperature, top_p, stop: stop_sequences, stream }),
    ...(fallbacks?.length ? { fallbacks: decodeFallbacks(fallbacks) } : {}),
    // The caller's user: no other vendor has a field of that meaning and length for it.
    ...anthropicExtras.wrap(
      { ...extras, ...readHeaders(headers) },
      metadata ? { $original: { metadata } } : {},
    ),
  };
}

/** The body of `POST /v1/messages/count_tokens` → chat request; only the prompt matters. */
export function decodeCountRequest(body: unknown, headers: Headers): ChatRequest {
  const { request, extras } = decodePrompt(parseBody(countTokensBodySchema, body));
  return { ...request, ...anthropicExtras.wrap({ ...extras, ...readHeaders(headers) }) };
}

const TOOL_RENAMES: Renames = { parameters: "input_schema", cache: "cache_control" };

/** The prompt in the chat model, and the fields that the chat model lacks. */
function decodePrompt(body: CountTokensBody): { request: ChatRequest; extras: JsonObject } {
  const {
    model,
    system,
    messages,
    tools,
    tool_choice,
    thinking,
    output_config,
    output_format,
    cache_control,
    ...rest
  } = body;
  const { original: originalChoice, ...choice } = decodeToolChoice(tool_choice);
  const cache = decodeCache(cache_control);
  const request: ChatRequest = defined({
    model,
    messages: decodeMessages(system, messages),
    tools: tools?.map((tool, at) => notePlace(decodeTool(tool), `tools[${at}]`, TOOL_RENAMES)),
    ...choice,
    ...decodeReasoning(body),
    ...decodeFormat(body),
    cache,
    ...findFormatRequirement(body),
  });
  const extras = defined({
    ...rest,
    thinking,
    output_config,
    output_format,
    tool_choice: originalChoice,
    cache_control: cache ? undefined : cache_control,
  });
  return { request, extras };
}
