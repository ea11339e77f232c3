import type { Signature } from "../../chat/format.ts";
import type { Part, ReasoningPart } from "../../chat/part.ts";
import { encodeBlock, encodeReasoning } from "../../formats/anthropic-messages/encode-block.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { embedOrigin, embedSignature, type SignatureOwner } from "./embed-signature.ts";

/**
 * The parts of an answer → content blocks, in the order of a stream (see `createBlockEncoder`).
 * What other vendors' formats alone can say is left out.
 */
export function encodeContent(parts: readonly Part[]): JsonObject[] {
  const blocks: JsonObject[] = [];
  /** Carriers that wait for a block behind them. */
  let waiting: JsonObject[] = [];
  /** The last block, if it is a thought without a signature. */
  let thought: JsonObject | undefined;

  function add(block: JsonObject, unsigned = false): void {
    blocks.push(...waiting, block);
    waiting = [];
    thought = unsigned ? block : undefined;
  }

  for (const part of parts) {
    switch (part.type) {
      case "text":
        if (part.text !== "") add(encodeBlock(part));
        if (part.signature)
          waiting.push(
            encodeSignatureBlock(part.signature, {
              kind: part.text === "" ? "empty_text" : "text",
            }),
          );
        break;
      case "reasoning":
        if (part.text === "") waiting.push(...encodeHidden(part));
        else add(encodeThought(part), part.signature === undefined);
        break;
      case "tool_call":
        if (part.signature) {
          const signed: SignatureOwner = { kind: "tool_call", toolCallId: part.id };
          if (thought) thought.signature = embedSignature(part.signature, signed);
          else waiting.push(encodeSignatureBlock(part.signature, signed));
        }
        add(encodeBlock(part));
        break;
      case "opaque":
        if (part.format === "anthropic") add(part.value);
        break;
      default:
        add(encodeBlock(part));
    }
  }
  // Clients take the last block for the answer.
  if (blocks[blocks.length - 1]?.type !== "text") blocks.push(...waiting);
  return blocks;
}

function encodeThought(part: ReasoningPart): JsonObject {
  const { signature, redacted } = part;
  if (!signature) return encodeReasoning({ ...part, redacted: false }, embedOrigin(part));
  if (signature.format === "anthropic") return encodeBlock(part);
  const carried = embedSignature(signature, { kind: redacted ? "redacted" : "reasoning" });
  return encodeReasoning({ ...part, redacted: false }, carried);
}

/** A thought that is not shown: nothing if it is not signed either. */
function encodeHidden(part: ReasoningPart): JsonObject[] {
  return part.signature ? [encodeThought(part)] : [];
}

/** A thinking block that holds only a signature. */
export function encodeSignatureBlock(signature: Signature, owner: SignatureOwner): JsonObject {
  return { type: "thinking", thinking: "", signature: embedSignature(signature, owner) };
}
