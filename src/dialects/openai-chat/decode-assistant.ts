import type { Message } from "../../chat/message.ts";
import type { Part } from "../../chat/part.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { sortInner } from "./classify-fields.ts";
import { type Bind, decodeElement } from "./decode-content.ts";
import { decodeReasoning } from "./decode-reasoning.ts";
import { type DecodedCall, decodeToolCall } from "./decode-tool-call.ts";
import { decodePieces, type Piece, restoreParts } from "./embed-foreign.ts";
import type { WireAssistant } from "./request.ts";

/** An earlier answer, from this server or from another of this format → message. */
export function decodeAssistant(message: WireAssistant, place: string, bind: Bind): Message {
  const { role, content, refusal, tool_calls: toolCalls } = message;
  const { said, fields } = decodeRest(message);
  if (fields.audio !== undefined) bind(`${place}.audio`);

  const calls = (toolCalls ?? []).map((call, index) =>
    decodeToolCall(call, `${place}.tool_calls[${index}]`, bind),
  );
  const elements = Array.isArray(content)
    ? content.map((part, at) => decodeElement(part, `${place}.content[${at}]`, bind))
    : [];
  const text = typeof content === "string" ? content : "";
  const pieces = findPieces(message, calls, place);
  let parts: Part[];
  if (pieces) parts = restore(pieces, message, elements, calls);
  else {
    const reasoning = decodeReasoning(message);
    Object.assign(said, reasoning.said);
    parts = [
      ...(reasoning.part ? [reasoning.part] : []),
      ...(text === "" ? [] : [{ type: "text" as const, text }]),
      ...elements,
      ...(refusal
        ? [
            {
              type: "text" as const,
              text: refusal,
              ...openaiChatExtras.wrap({}, { $field: "refusal" }),
            },
          ]
        : []),
      ...calls.map(({ part }) => part),
    ];
  }
  // Nothing but a text is a text.
  if (
    parts.every(
      (part) => part.type === "text" && part.text === text && !part.extras && !part.signature,
    ) &&
    parts.length < 2
  ) {
    if (content === null) said.content = null;
    return { role, content: text, ...openaiChatExtras.wrap(fields, { $original: said }) };
  }
  if (content?.length === 0) said.content = content;
  return {
    role,
    content: parts,
    ...openaiChatExtras.wrap(fields, {
      $original: said,
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

function decodeRest(message: WireAssistant): { said: JsonObject; fields: JsonObject } {
  const rest: JsonObject = {};
  for (const [name, value] of Object.entries(message))
    if (!DECODED_FIELDS.has(name)) rest[name] = value;
  const { said, fields } = sortInner(rest);
  // What a vendor says about its answer, and nobody needs to hear again.
  if (fields.annotations !== undefined) {
    said.annotations = fields.annotations;
    delete fields.annotations;
  }
  if (message.refusal === null || message.refusal === "") said.refusal = message.refusal;
  if (message.tool_calls === null || message.tool_calls?.length === 0)
    said.tool_calls = message.tool_calls;
  return { said, fields };
}

/** What this server wrote about the parts of its answer: in the list of details, or on the calls where the client dropped that. */
function findPieces(
  message: WireAssistant,
  calls: readonly DecodedCall[],
  place: string,
): Piece[] | undefined {
  for (const [index, detail] of (message.reasoning_details ?? []).entries()) {
    const pieces = decodePieces(detail.data, `${place}.reasoning_details[${index}].data`);
    if (pieces) return pieces;
  }
  const ofCalls = calls.flatMap(({ pieces }) => pieces ?? []);
  return ofCalls.length > 0 ? ofCalls : undefined;
}

function restore(
  pieces: readonly Piece[],
  message: WireAssistant,
  elements: readonly Part[],
  calls: readonly DecodedCall[],
): Part[] {
  const { content, refusal, reasoning_content: reasoning, reasoning: otherReasoning } = message;
  const texts = elements.map((part) => (part.type === "text" ? part.text : ""));
  return [
    ...restoreParts(pieces, {
      text: (typeof content === "string" ? content : texts.join("")) + (refusal ?? ""),
      reasoning: reasoning ?? otherReasoning ?? "",
      calls: calls.flatMap(({ part }) => (part.type === "tool_call" ? [part] : [])),
    }),
    // The caller's own additions.
    ...elements.filter(({ type }) => type !== "text"),
    ...calls.flatMap(({ part }) => (part.type === "opaque" ? [part] : [])),
  ];
}
