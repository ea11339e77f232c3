import type { Signature } from "../../chat/format.ts";
import type { Part } from "../../chat/part.ts";
import { encodeEmbedded } from "../embedded-text.ts";
import type { WireReasoningDetail, WireToolCall } from "./answer.ts";
import type { ForeignPart } from "./foreign-part.ts";

/** A part of an answer → what is embedded of it. */
export function toForeignPart(part: Part): ForeignPart | undefined {
  switch (part.type) {
    case "reasoning":
      return {
        reasoning: part.text,
        ...(part.redacted ? { redacted: true } : {}),
        ...signatureOf(part),
      };
    case "text":
      return { text: part.text.length, ...signatureOf(part) };
    case "tool_call":
      return { call: part.id, ...signatureOf(part) };
    case "opaque":
      return { opaque: { format: part.format, value: part.value } };
    default:
      return undefined;
  }
}

function signatureOf({ signature }: { signature?: Signature | undefined }): {
  signature?: Signature;
} {
  return signature ? { signature } : {};
}

/**
 * All parts of the answer as an entry of `reasoning_details`; undefined if the message says it all.
 */
export function embedInDetails(parts: readonly ForeignPart[]): WireReasoningDetail[] | undefined {
  if (!needsEmbedding(parts)) return undefined;
  const call = parts.find((part) => "call" in part);
  return [
    {
      type: "reasoning.encrypted",
      data: encodeEmbedded(parts),
      format: "unknown",
      // pi keeps an entry only together with the call that has its id.
      id: call ? call.call : "ai-server",
      index: 0,
    },
  ];
}

/**
 * The parts up to a call, as a field of the call. `reasoning_content` has the text of the
 * reasoning, so only its length is embedded.
 */
export function embedInCall(
  parts: readonly ForeignPart[],
): Pick<WireToolCall, "extra_content"> | undefined {
  if (!needsEmbedding(parts)) return undefined;
  const short = parts.map((part) =>
    "reasoning" in part && typeof part.reasoning === "string"
      ? { ...part, reasoning: part.reasoning.length }
      : part,
  );
  return { extra_content: { google: { thought_signature: encodeEmbedded(short) } } };
}

/**
 * Whether the message alone would lose something: a signature, or a part in a vendor's own words.
 */
function needsEmbedding(parts: readonly ForeignPart[]): boolean {
  return parts.some((part) => "opaque" in part || part.signature !== undefined);
}
