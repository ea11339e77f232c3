import type { Message } from "../../chat/message.ts";
import type { Part } from "../../chat/part.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { notePlace, noteSignature, type Renames } from "../caller-paths.ts";
import { splitFields } from "./classify-fields.ts";
import { decodeElement, type RequireFormat } from "./decode-content.ts";
import { decodeReasoning } from "./decode-reasoning.ts";
import { type DecodedCall, decodeToolCall } from "./decode-tool-call.ts";
import { decodeForeignParts, type ForeignPart } from "./foreign-part.ts";
import type { WireAssistant } from "./request.ts";
import { restoreParts } from "./restore-foreign.ts";

const CALL_RENAMES: Renames = {
  arguments: "function.arguments",
  cache: "cache_control",
  // One that stands nowhere in the message was remembered.
  signature: "",
};

/** An earlier answer, from this server or another one of this format → message. */
export function decodeAssistant(
  message: WireAssistant,
  path: string,
  requireFormat: RequireFormat,
): Message {
  const { role, content, refusal, tool_calls: toolCalls } = message;
  const { original, fields } = decodeRest(message);
  if (fields.audio !== undefined) requireFormat(`${path}.audio`);

  const calls = (toolCalls ?? []).map((call, index) =>
    decodeToolCall(call, `${path}.tool_calls[${index}]`, requireFormat),
  );
  calls.forEach(({ part }, index) => {
    notePlace(part, `${path}.tool_calls[${index}]`, CALL_RENAMES);
  });
  const elements = Array.isArray(content)
    ? content.map((part, at) => {
        const place = `${path}.content[${at}]`;
        return notePlace(decodeElement(part, place, requireFormat), place);
      })
    : [];
  const text = typeof content === "string" ? content : "";
  const foreign = findForeignParts(message, calls, path);
  let parts: Part[];
  if (foreign) parts = restore(foreign, message, elements, calls);
  else {
    const reasoning = decodeReasoning(message);
    noteSignature(reasoning.part?.signature, `${path}.reasoning_details`);
    Object.assign(original, reasoning.original);
    parts = [
      ...(reasoning.part ? [notePlace(reasoning.part, `${path}.${reasoning.field}`)] : []),
      ...(text === "" ? [] : [notePlace({ type: "text" as const, text }, `${path}.content`)]),
      ...elements,
      ...(refusal ? [{ type: "text" as const, text: refusal, refusal: true }] : []),
      ...calls.map(({ part }) => part),
    ];
  }
  // A message with nothing but text is a string.
  if (
    parts.every(
      (part) =>
        part.type === "text" &&
        part.text === text &&
        !part.refusal &&
        !part.extras &&
        !part.signature,
    ) &&
    parts.length < 2
  ) {
    if (content === null) original.content = null;
    return { role, content: text, ...openaiChatExtras.wrap(fields, { $original: original }) };
  }
  if (content?.length === 0) original.content = content;
  return {
    role,
    content: parts,
    ...openaiChatExtras.wrap(fields, {
      $original: original,
      ...("content" in message ? {} : { $content: "absent" }),
    }),
  };
}

/** Fields that are decoded into parts. */
const DECODED_FIELDS: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "tool_calls",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
]);

function decodeRest(message: WireAssistant): { original: JsonObject; fields: JsonObject } {
  const rest: JsonObject = {};
  for (const [name, value] of Object.entries(message))
    if (!DECODED_FIELDS.has(name)) rest[name] = value;
  const { original, fields } = splitFields(rest);
  // Notes on the vendor's answer; sending them back is of no use.
  if (fields.annotations !== undefined) {
    original.annotations = fields.annotations;
    delete fields.annotations;
  }
  if (message.refusal === null || message.refusal === "") original.refusal = message.refusal;
  if (message.tool_calls === null || message.tool_calls?.length === 0)
    original.tool_calls = message.tool_calls;
  return { original, fields };
}

/**
 * What this server embedded about the parts of its answer: in the details or, if the client dropped
 * those, in the calls.
 */
function findForeignParts(
  message: WireAssistant,
  calls: readonly DecodedCall[],
  path: string,
): ForeignPart[] | undefined {
  for (const [index, detail] of (message.reasoning_details ?? []).entries()) {
    const place = `${path}.reasoning_details[${index}].data`;
    const foreign = decodeForeignParts(detail.data, place);
    for (const part of foreign ?? []) if ("signature" in part) noteSignature(part.signature, place);
    if (foreign) return foreign;
  }
  const ofCalls = calls.flatMap(({ foreign }) => foreign ?? []);
  return ofCalls.length > 0 ? ofCalls : undefined;
}

function restore(
  foreign: readonly ForeignPart[],
  message: WireAssistant,
  elements: readonly Part[],
  calls: readonly DecodedCall[],
): Part[] {
  const { content, refusal, reasoning_content: reasoning, reasoning: otherReasoning } = message;
  const texts = elements.map((part) => (part.type === "text" ? part.text : ""));
  return [
    ...restoreParts(foreign, {
      text: (typeof content === "string" ? content : texts.join("")) + (refusal ?? ""),
      reasoning: reasoning ?? otherReasoning ?? "",
      calls: calls.flatMap(({ part }) => (part.type === "tool_call" ? [part] : [])),
    }),
    // Parts that the caller added.
    ...elements.filter(({ type }) => type !== "text"),
    ...calls.flatMap(({ part }) => (part.type === "opaque" ? [part] : [])),
  ];
}
