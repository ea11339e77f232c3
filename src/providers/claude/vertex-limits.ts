import type { EncodeCall } from "../../chat/encode-call.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import type { ClaudeRequest } from "./encode-request.ts";

/**
 * The families of betas that Vertex AI knows; it refuses a request that names any other
 * (docs.cloud.google.com, "Use Anthropic's Claude models", and the list that BerriAI/litellm keeps,
 * November 2026). Claude Code names betas of Anthropic's own API in every request.
 */
const KNOWN =
  /^(?:interleaved-thinking|context-1m|context-management|computer-use|compact|tool-search-tool|web-search|per-turn-control|thinking-binding-controls|thinking-display-updates)-\d{4}/;

/** Vertex AI's name for a part of what Anthropic's own API calls `advanced-tool-use`. */
const TOOL_SEARCH = "tool-search-tool-2025-10-19";

/** Top-level fields that need a beta, or that only Anthropic's own API has. */
const NEEDS: readonly (readonly [field: string, beta: RegExp | null])[] = [
  ["context_management", /^(?:context-management|compact)-/],
  ["speed", null],
  ["inference_geo", null],
];

/** The request without what Vertex AI refuses, with a warning for what that changes. */
export function limitToVertex(
  { body, betas, version }: ClaudeRequest,
  warn: EncodeCall["warn"],
): ClaudeRequest {
  const known = betas.flatMap((beta) => {
    if (beta.startsWith("advanced-tool-use-")) return [TOOL_SEARCH];
    return KNOWN.test(beta) ? [beta] : [];
  });
  const limited: JsonObject = { ...body };
  for (const [field, beta] of NEEDS) {
    if (!(field in limited) || (beta && known.some((name) => beta.test(name)))) continue;
    delete limited[field];
    const message = `Vertex AI does not support ${field} here; it was left out.`;
    warn({ code: "unsupported_parameter", param: field, message });
  }
  const search = known.includes(TOOL_SEARCH);
  for (const field of ["system", "messages"]) limited[field] = withoutScope(limited[field]);
  if (Array.isArray(limited.tools))
    limited.tools = limited.tools.map((tool: unknown) => limitTool(withoutScope(tool), search));
  for (const field of ["system", "tools"]) if (limited[field] === undefined) delete limited[field];
  return { body: placeCache(limited), betas: [...new Set(known)], version };
}

/** Fields of a tool that need betas. */
function limitTool(tool: unknown, search: boolean): unknown {
  if (!isJsonObject(tool)) return tool;
  const { eager_input_streaming: _eager, ...rest } = tool;
  if (!search) delete rest.defer_loading;
  return rest;
}

/** `cache_control` without its scope; the same value if there is none. */
function withoutScope(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutScope);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isJsonObject(value)) return value;
  let limited = value;
  if (isJsonObject(value.cache_control) && "scope" in value.cache_control) {
    const { scope: _scope, ...cache } = value.cache_control;
    limited = { ...limited, cache_control: cache };
  }
  // Blocks lie in messages and in results; what is in a call's input is the model's own.
  if (Array.isArray(value.content)) {
    const content = withoutScope(value.content);
    if (content !== value.content) limited = { ...limited, content };
  }
  return limited;
}

/**
 * Vertex AI has no automatic caching: the hint at the top becomes one on the last block that can
 * have it (platform.claude.com, "Prompt caching").
 */
function placeCache(body: JsonObject): JsonObject {
  const { cache_control: cache, ...rest } = body;
  if (!isJsonObject(cache)) return body;
  const { scope: _scope, ...hint } = cache;
  const messages = Array.isArray(body.messages) ? body.messages : [];
  for (let at = messages.length - 1; at >= 0; at--) {
    const message: unknown = messages[at];
    const marked = isJsonObject(message) ? markLast(message, hint) : undefined;
    if (marked) return { ...rest, messages: messages.with(at, marked) };
  }
  return rest;
}

function markLast(message: JsonObject, hint: JsonObject): JsonObject | undefined {
  const { content } = message;
  if (typeof content === "string")
    return { ...message, content: [{ type: "text", text: content, cache_control: hint }] };
  if (!Array.isArray(content)) return undefined;
  const last: unknown = content[content.length - 1];
  if (!isJsonObject(last) || last.type === "thinking" || last.type === "redacted_thinking")
    return undefined;
  if (last.cache_control !== undefined) return message;
  return { ...message, content: content.with(-1, { ...last, cache_control: hint }) };
}
