import type { ChatRequest } from "../../chat/request.ts";
import { namesOfAllowed } from "./decode-tools.ts";
import type { InputItem } from "./item.ts";
import { isHosted, type ResponsesBody } from "./request.ts";

/** Hints, labels and storage: without them, another vendor's answer is still the same answer. */
const HINTS: ReadonlySet<string> = new Set([
  "store",
  "include",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "prompt_cache_options",
  "service_tier",
  "stream_options",
  "max_tool_calls",
  "access_programs",
  "client_metadata",
]);

/** Whether nothing is lost if the field is not sent. */
export function isHint(name: string, value: unknown): boolean {
  return HINTS.has(name) || value === false || value === 0;
}

/** Fields for conversations that grow too long: safe to drop, with a warning. */
const NUANCES: ReadonlySet<string> = new Set(["truncation", "context_management"]);

/** Fields that the chat model has. */
export const UNDERSTOOD_FIELDS: ReadonlySet<string> = new Set([
  "model",
  "models",
  "fallbacks",
  "input",
  "instructions",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "temperature",
  "top_p",
  "max_output_tokens",
  "reasoning",
  "text",
  "metadata",
  "stream",
]);

/**
 * The first thing in a request that only a provider of this format can honour: state stored at the
 * vendor (`previous_response_id`, `conversation`, references to items and files), tools that the
 * vendor runs, and unknown fields. Other providers refuse such a request, because they would answer
 * a different question.
 */
export function findFormatRequirement(body: ResponsesBody): Pick<ChatRequest, "requires_format"> {
  const param = findField(body) ?? findTool(body) ?? findInclude(body) ?? findReference(body);
  return param === undefined ? {} : { requires_format: { format: "openai_responses", param } };
}

function findField(body: ResponsesBody): string | undefined {
  for (const [name, value] of Object.entries(body)) {
    if (value === null || value === undefined || isHint(name, value)) continue;
    if (!UNDERSTOOD_FIELDS.has(name) && !NUANCES.has(name)) return name.slice(0, 100);
  }
  return undefined;
}

/**
 * A tool that the vendor runs binds the request only if it must be called; else the model can
 * answer without it.
 */
function findTool({ tools, tool_choice: choice }: ResponsesBody): string | undefined {
  if (typeof choice === "object" && choice !== null)
    return isHosted(choice) && !isAboutOwnTools(choice) ? "tool_choice" : undefined;
  const isForced = choice === "required" && tools && tools.length > 0 && tools.every(isHosted);
  return isForced ? "tools[0]" : undefined;
}

/** Whether a list of allowed tools has some that the caller runs. */
function isAboutOwnTools(choice: { type: string; [field: string]: unknown }): boolean {
  return choice.type === "allowed_tools" && namesOfAllowed(choice).length > 0;
}

function findInclude(body: ResponsesBody): string | undefined {
  return body.include?.includes("message.output_text.logprobs") ? "include" : undefined;
}

function findReference({ input }: ResponsesBody): string | undefined {
  if (!Array.isArray(input)) return undefined;
  for (const [index, item] of input.entries()) {
    if (item.type === "item_reference") return `input[${index}]`;
    const content = contentOf(item);
    const at = content.findIndex(
      (part) => typeof part === "object" && part !== null && "file_id" in part && part.file_id,
    );
    if (at !== -1) return `input[${index}].content[${at}].file_id`;
  }
  return undefined;
}

function contentOf(item: InputItem): readonly unknown[] {
  const content = item.type === "function_call_output" ? item.output : item.content;
  return Array.isArray(content) ? content : [];
}
