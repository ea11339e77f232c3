import type { ChatRequest } from "../../chat/request.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { parseBody } from "../parse-body.ts";
import { sortFields } from "./classify-fields.ts";
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
  const { messages, binding: messageBinding } = decodeMessages(parsed.messages);
  const decoded: DecodedFields[] = [
    decodePlainFields(parsed),
    decodeTools(parsed.tools),
    decodeToolChoice(parsed.tool_choice),
    decodeResponseFormat(parsed.response_format),
    decodeReasoningControls(parsed),
    decodeRest(parsed),
  ];
  const request: ChatRequest = { model: parsed.model, messages };
  // OpenAI caches by itself, so its callers mark nothing but this.
  if (parsed.prompt_cache_key) request.cache = { best_effort: true };
  const said: JsonObject = {};
  const fields: JsonObject = {};
  let binding = messageBinding;
  for (const part of decoded) {
    Object.assign(request, part.request);
    Object.assign(said, part.said);
    Object.assign(fields, part.fields);
    binding ??= part.binding;
  }
  Object.assign(request, openaiChatExtras.wrap(fields, { $original: said }));
  if (binding !== undefined) request.requires_format = { format: FORMAT, param: binding };
  return request;
}

/** Fields that stand in the chat request under their own names. */
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
  const said: JsonObject = {};
  for (const name of SAME_NAME)
    if (body[name] != null) Object.assign(request, { [name]: body[name] });
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  if (maxTokens != null) request.max_tokens = maxTokens;
  if (body.max_completion_tokens != null) said.max_completion_tokens = body.max_completion_tokens;
  if (typeof body.stop === "string") {
    request.stop = [body.stop];
    said.stop = body.stop;
  } else if (body.stop?.length === 0) said.stop = body.stop;
  else if (body.stop != null) request.stop = body.stop;
  return { request, said };
}

/** Fields that are decoded above. */
const DECODED_FIELDS: ReadonlySet<string> = new Set([
  ...SAME_NAME,
  "model",
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
  return sortFields(rest);
}
