import type { Signature } from "../../chat/format.ts";
import type { Part } from "../../chat/part.ts";
import type { WireReasoningDetail, WireToolCall } from "./answer.ts";
import { encodePieces, needsCarrying, type Piece } from "./embed-foreign.ts";

/** A part of an answer → what is carried of it. */
export function describePart(part: Part): Piece | undefined {
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

/** The whole answer's parts as an entry of `reasoning_details`; undefined where the message says all. */
export function carryInDetails(pieces: readonly Piece[]): WireReasoningDetail[] | undefined {
  if (!needsCarrying(pieces)) return undefined;
  const call = pieces.find((piece) => "call" in piece);
  return [
    {
      type: "reasoning.encrypted",
      data: encodePieces(pieces),
      format: "unknown",
      // pi keeps an entry only together with the call that has its id.
      id: call ? call.call : "ai-server",
      index: 0,
    },
  ];
}

/** The parts up to a call, put on the call. The text of the reasoning is in `reasoning_content`, so only its length is told. */
export function carryOnCall(
  pieces: readonly Piece[],
): Pick<WireToolCall, "extra_content"> | undefined {
  if (!needsCarrying(pieces)) return undefined;
  const short = pieces.map((piece) =>
    "reasoning" in piece && typeof piece.reasoning === "string"
      ? { ...piece, reasoning: piece.reasoning.length }
      : piece,
  );
  return { extra_content: { google: { thought_signature: encodePieces(short) } } };
}
