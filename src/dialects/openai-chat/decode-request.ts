import type { ChatRequest } from "../../chat/request.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { decodeTargets } from "../decode-fallbacks.ts";
import { parseBody } from "../parse-body.ts";
import { classifyFields } from "./classify-fields.ts";
import { decodeMessages } from "./decode-messages.ts";
import { decodeReasoningControls, isReasoningControl } from "./decode-reasoning-controls.ts";
import { decodeResponseFormat } from "./decode-response-format.ts";
import { decodeToolChoice, decodeTools } from "./decode-tools.ts";
import type { DecodedFields } from "./decoded-fields.ts";
import { refuseRetired, refuseUnsupported } from "./refuse-unsupported.ts";
import { type CompletionBody, completionBodySchema } from "./request.ts";

/** The body of `POST /v1/chat/completions` → chat request. */
export function decodeRequest(body: unknown): ChatRequest {
  refuseRetired(body);
  const parsed = parseBody(completionBodySchema, body);
  refuseUnsupported(parsed);
  const { messages, requirement: messageRequirement } = decodeMessages(parsed.messages);
  const decoded: DecodedFields[] = [
    decodePlainFields(parsed),
    decodeTools(parsed.tools),
    decodeToolChoice(parsed.tool_choice),
    decodeResponseFormat(parsed.response_format),
    decodeReasoningControls(parsed),
    decodeRest(parsed),
  ];
  const request: ChatRequest = { ...decodeTargets(parsed), messages };
  // OpenAI caches by itself, so its callers mark nothing but this.
  if (parsed.prompt_cache_key) request.cache = { best_effort: true };
  const original: JsonObject = {};
  const fields: JsonObject = {};
  let requirement = messageRequirement;
  for (const part of decoded) {
    Object.assign(request, part.request);
    Object.assign(original, part.original);
    Object.assign(fields, part.fields);
    requirement ??= part.requirement;
  }
  Object.assign(request, openaiChatExtras.wrap(fields, { $original: original }));
  if (requirement !== undefined) request.requires_format = { format: FORMAT, param: requirement };
  return request;
}

/** Fields that have the same name in the chat request. */
const SAME_NAME = [
  "stream",
  "temperature",
  "top_p",
  "seed",
  "parallel_tool_calls",
  "metadata",
] as const;

function decodePlainFields(body: CompletionBody): DecodedFields {
  const request: Partial<ChatRequest> = {};
  const original: JsonObject = {};
  for (const name of SAME_NAME)
    if (body[name] != null) Object.assign(request, { [name]: body[name] });
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  if (maxTokens != null) request.max_tokens = maxTokens;
  if (body.max_completion_tokens != null)
    original.max_completion_tokens = body.max_completion_tokens;
  if (typeof body.stop === "string") {
    request.stop = [body.stop];
    original.stop = body.stop;
  } else if (body.stop?.length === 0) original.stop = body.stop;
  else if (body.stop != null) request.stop = body.stop;
  return { request, original };
}

/** Fields that are decoded elsewhere. */
const DECODED_FIELDS: ReadonlySet<string> = new Set([
  ...SAME_NAME,
  "model",
  "models",
  "fallbacks",
  "messages",
  "max_tokens",
  "max_completion_tokens",
  "stop",
  "tools",
  "tool_choice",
  "response_format",
]);

function decodeRest(body: CompletionBody): DecodedFields {
  const rest: JsonObject = {};
  for (const [name, value] of Object.entries(body)) {
    if (!DECODED_FIELDS.has(name) && !isReasoningControl(name)) rest[name] = value;
  }
  return classifyFields(rest);
}
