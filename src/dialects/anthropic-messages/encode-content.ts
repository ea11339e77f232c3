import type { Signature } from "../../chat/format.ts";
import type { Part } from "../../chat/part.ts";
import { encodeBlock, encodeReasoning } from "../../formats/anthropic-messages/encode-block.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { embedSignature, type SignatureOwner } from "./embed-signature.ts";

/** An answer's parts → content blocks. Opaque parts of other formats are left out. */
export function encodeContent(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap(encodePart);
}

function encodePart(part: Part): JsonObject[] {
  switch (part.type) {
    case "text": {
      const blocks = part.text === "" ? [] : [encodeBlock(part)];
      if (part.signature)
        blocks.push(
          encodeSignatureBlock(part.signature, { kind: part.text === "" ? "empty_text" : "text" }),
        );
      return blocks;
    }
    case "reasoning": {
      const { signature, redacted } = part;
      if (!signature)
        return part.text === "" ? [] : [encodeReasoning({ ...part, redacted: false }, "")];
      if (signature.format === "anthropic") return [encodeBlock(part)];
      const embedded = embedSignature(signature, { kind: redacted ? "redacted" : "reasoning" });
      return [encodeReasoning({ ...part, redacted: false }, embedded)];
    }
    case "tool_call": {
      const block = encodeBlock(part);
      return part.signature
        ? [encodeSignatureBlock(part.signature, { kind: "tool_call", toolCallId: part.id }), block]
        : [block];
    }
    case "opaque":
      return part.format === "anthropic" ? [part.value] : [];
    default:
      return [encodeBlock(part)];
  }
}

/** A thinking block that holds only a signature. */
export function encodeSignatureBlock(signature: Signature, owner: SignatureOwner): JsonObject {
  return { type: "thinking", thinking: "", signature: embedSignature(signature, owner) };
}
