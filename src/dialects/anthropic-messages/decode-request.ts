import type { ChatRequest } from "../../chat/request.ts";
import { decodeCache } from "../../formats/anthropic-messages/cache-control.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import {
  type CountTokensBody,
  countTokensBodySchema,
  messagesBodySchema,
} from "../../formats/anthropic-messages/request.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { parseBody } from "../parse-body.ts";
import { decodeMessages } from "./decode-messages.ts";
import { decodeFormat, decodeReasoning } from "./decode-reasoning.ts";
import { decodeTool, decodeToolChoice } from "./decode-tools.ts";
import { findFormatRequirement } from "./find-format-requirement.ts";
import { readHeaders } from "./read-headers.ts";

/** The body of `POST /v1/messages`, with the two headers that belong to it → chat request. */
export function decodeRequest(body: unknown, headers: Headers): ChatRequest {
  const { max_tokens, temperature, top_p, stop_sequences, metadata, stream, ...rest } = parseBody(
    messagesBodySchema,
    body,
  );
  const { request, extras } = decodePrompt(rest);
  return {
    ...request,
    max_tokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { top_p }),
    ...(stop_sequences === undefined ? {} : { stop: stop_sequences }),
    ...(stream === undefined ? {} : { stream }),
    // The caller's user: no other vendor has a field of that meaning and length for it.
    ...anthropicExtras.wrap(
      { ...extras, ...readHeaders(headers) },
      metadata ? { $original: { metadata } } : {},
    ),
  };
}

/** The body of `POST /v1/messages/count_tokens` → chat request, of which only the prompt is meant. */
export function decodeCountRequest(body: unknown, headers: Headers): ChatRequest {
  const { request, extras } = decodePrompt(parseBody(countTokensBodySchema, body));
  return { ...request, ...anthropicExtras.wrap({ ...extras, ...readHeaders(headers) }) };
}

/** What the chat model says of a prompt, and what is carried beside it. */
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
  const { carried: carriedChoice, ...choice } = decodeToolChoice(tool_choice);
  const cache = decodeCache(cache_control);
  const request: ChatRequest = {
    model,
    messages: decodeMessages(system, messages),
    ...(tools ? { tools: tools.map(decodeTool) } : {}),
    ...choice,
    ...decodeReasoning(body),
    ...decodeFormat(body),
    ...(cache ? { cache } : {}),
    ...findFormatRequirement(body),
  };
  const extras = defined({
    ...rest,
    thinking,
    output_config,
    output_format,
    tool_choice: carriedChoice,
    cache_control: cache ? undefined : cache_control,
  });
  return { request, extras };
}

function defined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
