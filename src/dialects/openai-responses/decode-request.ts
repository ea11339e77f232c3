import type { Message } from "../../chat/message.ts";
import { type ChatRequest, effortSchema, type ResponseFormat } from "../../chat/request.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { MIN_OUTPUT_TOKENS, openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { notePlace } from "../caller-paths.ts";
import { decodeTargets } from "../decode-fallbacks.ts";
import type { DecodeOptions } from "../dialect.ts";
import { parseBody } from "../parse-body.ts";
import { decodeInput } from "./decode-input.ts";
import { decodeToolChoice, decodeTools } from "./decode-tools.ts";
import { findFormatRequirement, isHint, UNDERSTOOD_FIELDS } from "./find-format-requirement.ts";
import { type ResponsesBody, responsesBodySchema } from "./request.ts";

/**
 * The body of POST /v1/responses → chat request. Fields that the chat model lacks go into the
 * extras of this format. Anything that another provider cannot honour limits the request to this
 * format.
 */
export function decodeRequest(
  body: unknown,
  _headers?: Headers,
  { keeps }: DecodeOptions = { keeps: false },
): ChatRequest {
  const asked = parseBody(responsesBodySchema, body);
  // A server that keeps answers makes them in the background itself.
  const request = keeps ? { ...asked, background: undefined } : asked;
  const background = keeps && asked.background === true;
  if (asked.background && !keeps && !asked.stream) {
    throw new ChatError("unsupported_parameter", {
      param: "background",
      message:
        "background: only supported with stream, since this server keeps no answers (STORE_ANSWERS).",
    });
  }
  const extras = collectExtras(request);
  const messages = decodeMessages(request, extras);
  const { tools, notes } = decodeTools(request);
  const { original, ...choice } = decodeToolChoice(request.tool_choice, extras);
  addNotes(extras, notes, original);
  return defined({
    ...decodeTargets(request),
    messages,
    tools,
    ...choice,
    parallel_tool_calls: request.parallel_tool_calls ?? undefined,
    temperature: request.temperature ?? undefined,
    top_p: request.top_p ?? undefined,
    ...decodeMaxTokens(request.max_output_tokens, extras),
    ...decodeReasoning(request.reasoning, extras),
    ...decodeText(request.text, extras),
    metadata: request.metadata ?? undefined,
    // OpenAI caches by itself, so its callers mark nothing but this.
    cache: request.prompt_cache_key ? { best_effort: true } : undefined,
    ...openaiResponsesExtras.wrap(extras),
    ...findFormatRequirement(request),
    background: background || undefined,
    stream: request.stream ?? false,
  });
}

/** The fields that the chat model lacks; hints go into a note. In this API null means absent. */
function collectExtras(request: ResponsesBody): JsonObject {
  const fields: JsonObject = {};
  const hints: JsonObject = {};
  for (const [name, value] of Object.entries(omit(request, UNDERSTOOD_FIELDS))) {
    if (value !== null) (isHint(name, value) ? hints : fields)[name] = value;
  }
  // If the caller leaves these two out, OpenAI's own defaults apply, as in a direct call.
  const unset = ["store", "include"].filter((name) => !(name in hints));
  return {
    ...fields,
    ...defined({
      $original: isEmptyObject(hints) ? undefined : hints,
      $unset: unset.length === 0 ? undefined : unset,
    }),
  };
}

/** The form in which the caller declared the tools and chose one, for a provider of this format. */
function addNotes(
  extras: JsonObject,
  { $original, $unset }: ReturnType<typeof decodeTools>["notes"],
  choice: JsonObject | undefined,
): void {
  const before = isJsonObject(extras.$original) ? extras.$original : {};
  if ($original || choice) extras.$original = { ...before, ...$original, ...choice };
  if ($unset) extras.$unset = [...(Array.isArray(extras.$unset) ? extras.$unset : []), ...$unset];
}

function decodeMessages(request: ResponsesBody, extras: JsonObject): Message[] {
  const { input, instructions } = request;
  const messages =
    typeof input === "string"
      ? [notePlace({ role: "user" as const, content: input }, "input")]
      : decodeInput(input ?? []);
  if (messages.length > 0) {
    return typeof instructions === "string"
      ? [notePlace({ role: "system", content: instructions }, "instructions"), ...messages]
      : messages;
  }
  // The vendor may store the conversation; other providers then have nothing to answer.
  if (!request.previous_response_id && !request.conversation && !request.prompt) {
    throw new ChatError("invalid_request", {
      param: "input",
      message: "input: must hold at least one item.",
    });
  }
  if (typeof instructions === "string") extras.instructions = instructions;
  return messages;
}

function decodeMaxTokens(
  tokens: number | null | undefined,
  extras: JsonObject,
): Pick<ChatRequest, "max_tokens"> {
  if (typeof tokens !== "number") return {};
  // The vendor refuses so small a number, with a better message than ours.
  if (tokens < MIN_OUTPUT_TOKENS) extras.$max_output_tokens = true;
  return { max_tokens: tokens };
}

function decodeReasoning(
  reasoning: ResponsesBody["reasoning"],
  extras: JsonObject,
): Pick<ChatRequest, "reasoning"> {
  if (!reasoning) return {};
  const { effort: givenEffort, summary, generate_summary: formerSummary, ...rest } = reasoning;
  const effort = effortSchema.safeParse(givenEffort).data;
  if (typeof givenEffort === "string" && !effort) rest.effort = givenEffort;
  if (!isEmptyObject(rest)) extras.reasoning = rest;
  const asked = defined({
    summary: summary ?? undefined,
    generate_summary: formerSummary ?? undefined,
  });
  const isVisible = !isEmptyObject(asked);
  if (isVisible) extras.$summary = asked;
  if (!effort && !isVisible) return {};
  return { reasoning: defined({ effort, visible: isVisible || undefined }) };
}

function decodeText(
  text: ResponsesBody["text"],
  extras: JsonObject,
): Pick<ChatRequest, "response_format"> {
  if (!text) return {};
  const { format, ...rest } = text;
  if (!isEmptyObject(rest)) extras.text = rest;
  const further = format ? omit(format, FORMAT_FIELDS) : {};
  if (!isEmptyObject(further)) extras.$format = further;
  return format ? { response_format: decodeFormat(format) } : {};
}

const FORMAT_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "name",
  "description",
  "schema",
  "strict",
]);

function decodeFormat(
  format: NonNullable<NonNullable<ResponsesBody["text"]>["format"]>,
): ResponseFormat {
  switch (format.type) {
    case "text":
      return { type: "text" };
    case "json_object":
      return { type: "json" };
    case "json_schema":
      return {
        type: "json_schema",
        name: format.name,
        ...defined({ description: format.description ?? undefined }),
        schema: format.schema,
        ...defined({ strict: format.strict ?? undefined }),
      };
  }
}
