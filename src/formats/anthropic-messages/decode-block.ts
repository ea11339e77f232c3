import { fromArgumentsObject } from "../../chat/broken-arguments.ts";
import { parseArguments } from "../../chat/fold-events.ts";
import type { Extras } from "../../chat/format.ts";
import type {
  Cache,
  DocumentPart,
  ImagePart,
  OpaquePart,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../chat/part.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { decodeCache } from "./cache-control.ts";
import { describeBlock } from "./describe-block.ts";
import { anthropicExtras } from "./extras.ts";

/**
 * A content block of a request or an answer → part. A block that the chat model lacks (server tools
 * and their results, files, new types) becomes an opaque part.
 */
export function decodeBlock(block: JsonObject): Part {
  switch (block.type) {
    case "text":
    case "image":
    case "document":
      return decodeContent(block);
    case "tool_use":
      return decodeToolUse(block);
    case "tool_result":
      return decodeToolResult(block);
    case "thinking": {
      const { thinking, signature } = block;
      if (typeof thinking !== "string") break;
      const isSigned = typeof signature === "string" && signature !== "";
      return {
        type: "reasoning",
        text: thinking,
        ...(isSigned ? { signature: { format: "anthropic", value: signature } } : {}),
        ...decodeRest(block, THINKING_FIELDS),
      };
    }
    case "redacted_thinking": {
      const { data } = block;
      if (typeof data !== "string") break;
      return {
        type: "reasoning",
        text: "",
        redacted: true,
        signature: { format: "anthropic", value: data },
        ...decodeRest(block, REDACTED_FIELDS),
      };
    }
  }
  return opaque(block);
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(["type", "text"]);
const THINKING_FIELDS: ReadonlySet<string> = new Set(["type", "thinking", "signature"]);
const REDACTED_FIELDS: ReadonlySet<string> = new Set(["type", "data"]);
const TOOL_USE_FIELDS: ReadonlySet<string> = new Set(["type", "id", "name", "input"]);
const TOOL_RESULT_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "tool_use_id",
  "content",
  "is_error",
]);
const MEDIA_FIELDS: ReadonlySet<string> = new Set(["type", "source"]);
const TITLED_FIELDS: ReadonlySet<string> = new Set(["type", "source", "title"]);

function opaque(value: JsonObject): OpaquePart {
  const text = describeBlock(value);
  return { type: "opaque", format: "anthropic", value, ...defined({ text }) };
}

/** The cache hint, and the fields that the part lacks. */
function decodeRest(
  block: JsonObject,
  known: ReadonlySet<string>,
): { cache?: Cache; extras?: Extras } {
  const rest = omit(block, known);
  if (isEmptyObject(rest)) return {};
  const cache = decodeCache(block.cache_control);
  if (cache) delete rest.cache_control;
  return { ...defined({ cache }), ...anthropicExtras.wrap(rest) };
}

/** Content that a tool's result may hold too. */
function decodeContent(block: JsonObject): TextPart | ImagePart | DocumentPart | OpaquePart {
  switch (block.type) {
    case "text":
      if (typeof block.text !== "string") break;
      return { type: "text", text: block.text, ...decodeRest(block, TEXT_FIELDS) };
    case "image": {
      const source = readSource(block.source);
      if (!source || "text" in source) break;
      return { type: "image", ...source, ...decodeRest(block, MEDIA_FIELDS) };
    }
    case "document": {
      const source = readSource(block.source);
      if (!source) break;
      const { title } = block;
      if (typeof title !== "string")
        return { type: "document", ...source, ...decodeRest(block, MEDIA_FIELDS) };
      return { type: "document", ...source, title, ...decodeRest(block, TITLED_FIELDS) };
    }
  }
  return opaque(block);
}

/**
 * A source that the chat model can express fully; undefined for files, nested content and sources
 * with other fields.
 */
function readSource(
  source: unknown,
): { data: string; media_type: string } | { url: string } | { text: string } | undefined {
  if (!isJsonObject(source)) return undefined;
  const { type, media_type, data, url } = source;
  const size = Object.keys(source).length;
  if (type === "url" && typeof url === "string" && size === 2) return { url };
  if (typeof data !== "string" || typeof media_type !== "string" || size !== 3) return undefined;
  if (type === "base64") return { data, media_type };
  return type === "text" && media_type === "text/plain" ? { text: data } : undefined;
}

function decodeToolUse(block: JsonObject): Part {
  const { id, name, input } = block;
  if (typeof id !== "string" || id === "" || typeof name !== "string" || name === "")
    return opaque(block);
  return {
    type: "tool_call",
    id,
    name,
    ...decodeInput(input),
    ...decodeRest(block, TOOL_USE_FIELDS),
  };
}

/** A text is broken JSON: an object would have come as one. */
function decodeInput(input: unknown): Pick<ToolCallPart, "arguments" | "arguments_text"> {
  if (isJsonObject(input)) return fromArgumentsObject(input);
  return parseArguments(typeof input === "string" ? input : JSON.stringify(input ?? {}));
}

function decodeToolResult(block: JsonObject): Part {
  const { tool_use_id, content, is_error } = block;
  if (typeof tool_use_id !== "string" || tool_use_id === "") return opaque(block);
  return {
    type: "tool_result",
    tool_call_id: tool_use_id,
    content: decodeResultContent(content),
    ...defined({ is_error: typeof is_error === "boolean" ? is_error : undefined }),
    ...decodeRest(block, TOOL_RESULT_FIELDS),
  };
}

/**
 * No content becomes an empty list and an empty text stays one, so each encodes to its original.
 */
function decodeResultContent(content: unknown): ToolResultPart["content"] {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.filter(isJsonObject).map(decodeContent) : [];
}
