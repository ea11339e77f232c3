import type { Signature } from "../../chat/format.ts";
import type { Part, ReasoningPart, ToolCallPart } from "../../chat/part.ts";
import { encodeDocument, encodeImage } from "./encode-media.ts";
import { encodeToolResult, type PartContext } from "./encode-tool-result.ts";
import { overlay } from "./overlay.ts";
import type { RequestPart } from "./request.ts";

/** One part of a message → the parts of a turn; none where there is nothing to say. `param` is its path in the request. */
export function encodePart(part: Part, param: string, context: PartContext): RequestPart[] {
  switch (part.type) {
    case "text":
      // An empty text is refused by Vertex AI, unless it is there for its signature.
      if (part.text === "" && !part.signature && !part.extras?.google) return [];
      return [overlay({ text: part.text, ...sign(part.signature) }, part.extras)];
    case "reasoning":
      return encodeReasoning(part);
    case "image":
      return [overlay(encodeImage(part, param), part.extras)];
    case "document":
      return [overlay(encodeDocument(part, param, context.warn), part.extras)];
    case "tool_call":
      return [overlay(encodeToolCall(part), part.extras)];
    case "tool_result":
      return encodeToolResult(part, param, context);
    case "opaque":
      return [part.value];
  }
}

/** The signature, byte for byte. */
function sign(signature: Signature | undefined): Pick<RequestPart, "thoughtSignature"> {
  return signature?.format === "google" ? { thoughtSignature: signature.value } : {};
}

/** A thought; or a signature without one, which stands beside an empty text. */
function encodeReasoning({ text, signature, extras }: ReasoningPart): RequestPart[] {
  const signed = sign(signature);
  if (text !== "") return [overlay({ text, thought: true, ...signed }, extras)];
  return signed.thoughtSignature === undefined ? [] : [overlay({ text, ...signed }, extras)];
}

function encodeToolCall({ id, name, arguments: args, signature }: ToolCallPart): RequestPart {
  return { functionCall: { id, name, args }, ...sign(signature) };
}
