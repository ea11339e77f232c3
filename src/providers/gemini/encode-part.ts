import { toArgumentsObject } from "../../chat/broken-arguments.ts";
import type { Signature } from "../../chat/format.ts";
import type { Part, ReasoningPart, ToolCallPart } from "../../chat/part.ts";
import { encodeDocument, encodeImage } from "./encode-media.ts";
import { encodeToolResult, type PartContext } from "./encode-tool-result.ts";
import { googleExtras } from "./extras.ts";
import type { RequestPart } from "./request.ts";

/**
 * One part of a message → the parts of a turn; none if it is empty. `param` is its path in the
 * request.
 */
export function encodePart(part: Part, param: string, context: PartContext): RequestPart[] {
  switch (part.type) {
    case "text":
      // Vertex AI refuses an empty text unless it has a signature.
      if (part.text === "" && !part.signature && !googleExtras.has(part)) return [];
      return [googleExtras.overlay({ text: part.text, ...encodeSignature(part.signature) }, part)];
    case "reasoning":
      return encodeReasoning(part);
    case "image":
      return [googleExtras.overlay(encodeImage(part, param), part)];
    case "document":
      return [googleExtras.overlay(encodeDocument(part, param, context.warn), part)];
    case "tool_call":
      return [googleExtras.overlay(encodeToolCall(part), part)];
    case "tool_result":
      return encodeToolResult(part, param, context);
    case "opaque":
      return [part.value];
  }
}

/** The signature, byte for byte. */
function encodeSignature(signature: Signature | undefined): Pick<RequestPart, "thoughtSignature"> {
  return signature?.format === "google" ? { thoughtSignature: signature.value } : {};
}

/** A thought, or a signature without one, which needs an empty text beside it. */
function encodeReasoning(part: ReasoningPart): RequestPart[] {
  const { text } = part;
  const signed = encodeSignature(part.signature);
  if (text !== "") return [googleExtras.overlay({ text, thought: true, ...signed }, part)];
  return signed.thoughtSignature === undefined
    ? []
    : [googleExtras.overlay({ text, ...signed }, part)];
}

function encodeToolCall(call: ToolCallPart): RequestPart {
  const { id, name, signature } = call;
  const args = toArgumentsObject(call);
  return { functionCall: { id, name, args }, ...encodeSignature(signature) };
}
