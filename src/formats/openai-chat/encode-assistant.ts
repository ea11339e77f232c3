import { isBroken, toArgumentsObject } from "../../chat/broken-arguments.ts";
import { type Message, partsOf } from "../../chat/message.ts";
import type { Part, ReasoningPart, ToolCallPart } from "../../chat/part.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import {
  type EncodeContext,
  encodeElement,
  isContentPart,
  isListElement,
} from "./encode-content.ts";
import { openaiChatExtras, overlayMessage } from "./extras.ts";
import { REASONING_FIELDS } from "./format.ts";
import type { Quirks } from "./quirks.ts";
import { detailsIn } from "./reasoning-details.ts";
import { originOf } from "./reasoning-origin.ts";
import { encodeToolCallId } from "./tool-call-id.ts";

/** An earlier answer → a message. `path` is its path in the request, for warnings. */
export function encodeAssistant(
  message: Message,
  path: string,
  context: EncodeContext,
): JsonObject {
  const encoded: JsonObject = { role: "assistant", content: null };
  if (typeof message.content === "string")
    return overlayMessage({ ...encoded, content: message.content }, message);

  const parts = partsOf(message);
  const calls = parts.flatMap((part) => encodeCall(part, context.quirks) ?? []);
  const elements: JsonObject[] = [];
  let asList = false;
  let text: string | undefined;
  parts.forEach((part, index) => {
    if (part.type === "reasoning") {
      const element = addReasoning(encoded, part, `${path}.content[${index}]`, context);
      if (element) elements.push(element);
      asList ||= element !== undefined;
    } else if (part.type === "text" && part.refusal && !isListElement(part))
      encoded.refusal = textField(encoded.refusal, part.text);
    else if (isContentPart(part) && !isCustomCall(part)) {
      elements.push(encodeElement(part, context));
      asList ||=
        part.type !== "text" ||
        isListElement(part) ||
        (part.cache !== undefined && context.quirks.cache === "cache_control");
      if (part.type === "text") text = (text ?? "") + part.text;
    }
  });
  if (asList) encoded.content = elements;
  // Servers refuse null if there are neither text nor calls.
  else encoded.content = text ?? (calls.length > 0 || encoded.refusal !== undefined ? null : "");
  if (calls.length > 0) {
    encoded.tool_calls = calls;
    if (context.quirks.reasoning_with_tool_calls === "required") encoded.reasoning_content ??= "";
  }
  if (openaiChatExtras.note(message, "$content") === "absent" && encoded.content === null)
    delete encoded.content;
  return overlayMessage(encoded, message);
}

function textField(before: unknown, text: string): string {
  return typeof before === "string" ? before + text : text;
}

function isCustomCall(part: Part): boolean {
  return part.type === "opaque" && part.value.type === "custom" && isJsonObject(part.value.custom);
}

function encodeCall(part: Part, quirks: Quirks): JsonObject | undefined {
  if (part.type === "opaque") return isCustomCall(part) ? part.value : undefined;
  return part.type === "tool_call" ? encodeToolCall(part, quirks) : undefined;
}

function encodeToolCall(part: ToolCallPart, quirks: Quirks): JsonObject {
  // Servers parse the arguments of earlier calls for their chat template, and fail at broken ones.
  const text = isBroken(part)
    ? JSON.stringify(toArgumentsObject(part))
    : (part.arguments_text ?? JSON.stringify(part.arguments));
  const type = openaiChatExtras.note(part, "$type") === "absent" ? {} : { type: "function" };
  return openaiChatExtras.overlay(
    {
      id: encodeToolCallId(part.id, quirks),
      ...type,
      function: { name: part.name, arguments: text },
    },
    part,
  );
}

/**
 * Puts a reasoning part where the server wants it: into a field of the message, or into `content`
 * as the element that is returned. Reasoning of other formats is left out unless the server insists
 * on some.
 */
function addReasoning(
  encoded: JsonObject,
  part: ReasoningPart,
  path: string,
  context: EncodeContext,
): JsonObject | undefined {
  const { quirks } = context;
  const details = part.signature ? detailsIn(part.signature) : undefined;
  if (details && quirks.reasoning_details && quirks.reasoning_replay !== "none") {
    encoded.reasoning_details = [
      ...(Array.isArray(encoded.reasoning_details) ? encoded.reasoning_details : []),
      ...details,
    ];
  } else if (part.signature) {
    context.warn({
      code: "foreign_signature_dropped",
      param: `${path}.signature`,
      message: "Another server signed this reasoning; the signature was left out.",
    });
  }
  const origin = originOf(part);
  // Reasoning that another vendor gave, or that came through an API with no place for its origin.
  const isWanted =
    origin !== undefined ||
    (quirks.reasoning_replay !== "as_given" && part.text !== "") ||
    quirks.reasoning_with_tool_calls === "required";
  if (quirks.reasoning_replay === "none" || !isWanted) return undefined;
  const target = quirks.reasoning_replay === "as_given" ? origin : quirks.reasoning_replay;
  if (target === "thinking") {
    const element = { type: "thinking", thinking: [{ type: "text", text: part.text }] };
    return origin === "thinking" ? openaiChatExtras.overlay(element, part) : element;
  }
  const field = REASONING_FIELDS.find((name) => name === target);
  if (field) encoded[field] = textField(encoded[field], part.text);
  return undefined;
}
