import type { Message } from "../../chat/message.ts";
import { type ChatRequest, effortSchema, type ResponseFormat } from "../../chat/request.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { MIN_OUTPUT_TOKENS } from "../../formats/openai-responses/limits.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { parseBody } from "../parse-body.ts";
import { decodeInput } from "./decode-input.ts";
import { decodeToolChoice, decodeTools } from "./decode-tools.ts";
import { findFormatRequirement, isHint, UNDERSTOOD_FIELDS } from "./find-format-requirement.ts";
import { type ResponsesBody, responsesBodySchema } from "./request.ts";

/**
 * The body of POST /v1/responses → chat request. What the chat model cannot say goes into the extras of this format; what another
 * provider could not honour binds the request to this format.
 */
export function decodeRequest(body: unknown): ChatRequest {
  const said = parseBody(responsesBodySchema, body);
  if (said.background && !said.stream) {
    throw new ChatError("unsupported_parameter", {
      param: "background",
      message:
        "background needs GET /v1/responses/{id}, which this server does not have; it takes background only with stream.",
    });
  }
  const extras = carryFields(said);
  const messages = decodeMessages(said, extras);
  const { tools, notes } = decodeTools(said);
  const { original, ...choice } = decodeToolChoice(said.tool_choice, extras);
  addNotes(extras, notes, original);
  return {
    ...(said.model ? { model: said.model } : {}),
    messages,
    ...(tools ? { tools } : {}),
    ...choice,
    ...(typeof said.parallel_tool_calls === "boolean"
      ? { parallel_tool_calls: said.parallel_tool_calls }
      : {}),
    ...(typeof said.temperature === "number" ? { temperature: said.temperature } : {}),
    ...(typeof said.top_p === "number" ? { top_p: said.top_p } : {}),
    ...decodeMaxTokens(said.max_output_tokens, extras),
    ...decodeReasoning(said.reasoning, extras),
    ...decodeText(said.text, extras),
    ...(said.metadata ? { metadata: said.metadata } : {}),
    // OpenAI caches by itself, so its callers mark nothing but this.
    ...(said.prompt_cache_key ? { cache: { best_effort: true } } : {}),
    ...openaiResponsesExtras.wrap(extras),
    ...findFormatRequirement(said),
    stream: said.stream ?? false,
  };
}

/** What the chat model does not say, hints apart. In this API a null field is one that was left out. */
function carryFields(said: ResponsesBody): JsonObject {
  const fields: JsonObject = {};
  const hints: JsonObject = {};
  for (const [name, value] of Object.entries(omit(said, UNDERSTOOD_FIELDS))) {
    if (value !== null) (isHint(name, value) ? hints : fields)[name] = value;
  }
  // Left out, these two have OpenAI's own defaults here: a caller of this API gets what a direct call would have given.
  const unset = ["store", "include"].filter((name) => !(name in hints));
  return {
    ...fields,
    ...(isEmptyObject(hints) ? {} : { $original: hints }),
    ...(unset.length === 0 ? {} : { $unset: unset }),
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

function decodeMessages(said: ResponsesBody, extras: JsonObject): Message[] {
  const { input, instructions } = said;
  const messages =
    typeof input === "string"
      ? [{ role: "user" as const, content: input }]
      : decodeInput(input ?? []);
  if (messages.length > 0) {
    return typeof instructions === "string"
      ? [{ role: "system", content: instructions }, ...messages]
      : messages;
  }
  // The conversation may lie at the vendor; then there is nothing that other providers could answer.
  if (!said.previous_response_id && !said.conversation && !said.prompt) {
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
  // The vendor refuses so few, and says so better than we could.
  if (tokens < MIN_OUTPUT_TOKENS) extras.$max_output_tokens = true;
  return { max_tokens: tokens };
}

function decodeReasoning(
  reasoning: ResponsesBody["reasoning"],
  extras: JsonObject,
): Pick<ChatRequest, "reasoning"> {
  if (!reasoning) return {};
  const { effort: saidEffort, summary, generate_summary: formerSummary, ...rest } = reasoning;
  const effort = effortSchema.safeParse(saidEffort).data;
  if (typeof saidEffort === "string" && !effort) rest.effort = saidEffort;
  if (!isEmptyObject(rest)) extras.reasoning = rest;
  const asked = {
    ...(typeof summary === "string" ? { summary } : {}),
    ...(typeof formerSummary === "string" ? { generate_summary: formerSummary } : {}),
  };
  const isVisible = !isEmptyObject(asked);
  if (isVisible) extras.$summary = asked;
  if (!effort && !isVisible) return {};
  return { reasoning: { ...(effort ? { effort } : {}), ...(isVisible ? { visible: true } : {}) } };
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
        ...(typeof format.description === "string" ? { description: format.description } : {}),
        schema: format.schema,
        ...(typeof format.strict === "boolean" ? { strict: format.strict } : {}),
      };
  }
}
