import type { ChatEvent, FinishReason } from "../../chat/event.ts";
import { type Message, partsOf, textOf } from "../../chat/message.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { type FunctionTool, isAllowedTools } from "../../chat/tool.ts";
import type { Usage } from "../../chat/usage.ts";
import { type JsonObject, jsonObjectSchema } from "../../json/json-object.ts";
import { sampleSchema } from "./sample-schema.ts";

/**
 * A word with the white space before it: the unit that the echo provider streams, and counts as a
 * token.
 */
const WORD = /\s*\S+|\s+$/g;

function splitWords(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** The text to echo: the last user message, or the tool results after it. */
function findText(messages: readonly Message[]): string {
  const last = messages[messages.length - 1];
  if (last?.role === "tool") {
    return partsOf(last)
      .map((part) => {
        if (part.type !== "tool_result") return "";
        return typeof part.content === "string"
          ? part.content
          : part.content
              .map((inner) => (inner.type === "text" ? inner.text : `[${inner.type}]`))
              .join("");
      })
      .join("\n");
  }
  const user = messages.findLast((message) => message.role === "user");
  if (!user) return "";
  const parts = partsOf(user);
  // A message without text is echoed as the kinds of its parts.
  return parts.some((part) => part.type === "text")
    ? textOf(user)
    : parts.map((part) => `[${part.type}]`).join(" ");
}

/**
 * The tools to call: the required one, the first if any is required, otherwise those that the last
 * user message names.
 */
function chooseTools(request: ChatRequest, text: string): FunctionTool[] {
  const asked = request.tool_choice ?? "auto";
  const choice = isAllowedTools(asked) ? asked.mode : asked;
  const tools = (request.tools ?? []).filter(
    (tool): tool is FunctionTool => tool.type !== "opaque",
  );
  if (choice === "none" || request.messages[request.messages.length - 1]?.role === "tool")
    return [];
  if (typeof choice === "object")
    return tools.filter((tool) => tool.name === choice.name).slice(0, 1);
  const named = tools.filter((tool) => text.includes(tool.name));
  const chosen = named.length === 0 && choice === "required" ? tools.slice(0, 1) : named;
  return request.parallel_tool_calls === false ? chosen.slice(0, 1) : chosen;
}

/** The text up to the first stop sequence, then up to the token limit. */
function cutText(
  text: string,
  request: ChatRequest,
): { words: string[]; finishReason: FinishReason; raw: string } {
  const stops = (request.stop ?? [])
    .map((stop) => text.indexOf(stop))
    .filter((index) => index !== -1);
  const stopped = stops.length > 0;
  const words = splitWords(stopped ? text.slice(0, Math.min(...stops)) : text);
  if (request.max_tokens !== undefined && words.length > request.max_tokens) {
    return { words: words.slice(0, request.max_tokens), finishReason: "length", raw: "length" };
  }
  return { words, finishReason: "stop", raw: stopped ? "stop_text" : "end" };
}

function countInput(request: ChatRequest): number {
  return request.messages.reduce((sum, message) => sum + splitWords(textOf(message)).length, 0);
}

/** The whole answer to a request, as events. */
export function createAnswer(
  request: ChatRequest,
  model: string,
  randomId: () => string,
): ChatEvent[] {
  const text = findText(request.messages);
  const events: ChatEvent[] = [{ type: "start", id: `echo_${randomId()}`, model }];
  let index = 0;
  let reasoningTokens = 0;
  let outputTokens = 0;

  const effort =
    request.reasoning?.effort ?? (request.reasoning?.budget_tokens ? "medium" : "none");
  if (effort !== "none" && request.reasoning?.visible !== false) {
    const words = splitWords(
      `The user wrote ${splitWords(text).length} words; I will repeat them.`,
    );
    events.push({ type: "part-start", index, kind: "reasoning" });
    for (const delta of words) events.push({ type: "part-delta", index, delta });
    events.push({ type: "part-end", index });
    reasoningTokens = words.length;
    index += 1;
  }

  const tools = chooseTools(request, text);
  let finishReason: FinishReason = "tool_calls";
  let raw = "tool_calls";
  for (const tool of tools) {
    const json = JSON.stringify(toArguments(sampleSchema(tool.parameters ?? {}, text)));
    events.push({
      type: "part-start",
      index,
      kind: "tool_call",
      id: `call_${randomId()}`,
      name: tool.name,
    });
    for (const delta of json.match(/.{1,16}/gsu) ?? [])
      events.push({ type: "part-delta", index, delta });
    events.push({ type: "part-end", index });
    outputTokens += splitWords(json).length;
    index += 1;
  }
  if (tools.length === 0) {
    const answer = cutText(formatText(text, request), request);
    ({ finishReason, raw } = answer);
    events.push({ type: "part-start", index, kind: "text" });
    for (const delta of answer.words) events.push({ type: "part-delta", index, delta });
    events.push({ type: "part-end", index });
    outputTokens += answer.words.length;
  }

  const input = countInput(request);
  const output = outputTokens + reasoningTokens;
  const usage: Usage = {
    input_tokens: input,
    output_tokens: output,
    reasoning_tokens: reasoningTokens,
    total_tokens: input + output,
  };
  events.push({ type: "end", finish_reason: finishReason, raw_finish_reason: raw, usage });
  return events;
}

function toArguments(value: unknown): JsonObject {
  return jsonObjectSchema.safeParse(value).data ?? {};
}

function formatText(text: string, request: ChatRequest): string {
  switch (request.response_format?.type) {
    case "json":
      return JSON.stringify({ echo: text });
    case "json_schema":
      return JSON.stringify(sampleSchema(request.response_format.schema, text));
    default:
      return text;
  }
}
