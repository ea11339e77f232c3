import * as z from "zod";
import { formatSchema, signatureSchema } from "../../chat/format.ts";
import type { Part, ReasoningPart, TextPart, ToolCallPart } from "../../chat/part.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { decodeCarriedText, encodeCarriedText } from "../embedded-text.ts";

/**
 * Signatures of other vendors, and the order in which their parts stood, have no place of their own in this format. They travel in
 * two fields that its clients send back as they came: an entry of `reasoning_details` (whoever appends the whole message), and
 * Google's `extra_content.google.thought_signature` of a tool call (the AI SDK's openai-compatible client, which drops the rest).
 *
 * This is one part of an answer. Of what the message says anyway, only the length is told; of calls, the id.
 */
const pieceSchema = z.union([
  z.strictObject({
    reasoning: z.union([z.string(), z.int().min(0)]),
    redacted: z.boolean().optional(),
    signature: signatureSchema.optional(),
  }),
  z.strictObject({ text: z.int().min(0), signature: signatureSchema.optional() }),
  z.strictObject({ call: z.string(), signature: signatureSchema.optional() }),
  z.strictObject({ opaque: z.strictObject({ format: formatSchema, value: jsonObjectSchema }) }),
]);
export type Piece = z.infer<typeof pieceSchema>;

const piecesSchema = pieceSchema.array();

/** True where the message alone would not give the parts back: something is signed, or is in another vendor's words. */
export function needsCarrying(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => "opaque" in piece || piece.signature !== undefined);
}

export function encodePieces(pieces: readonly Piece[]): string {
  return encodeCarriedText(pieces);
}

/** Undefined where the text is a vendor's own. Throws where it is ours and was damaged. */
export function decodePieces(text: unknown, param: string): Piece[] | undefined {
  return decodeCarriedText(piecesSchema, text, param);
}

/** What the message itself says. */
export interface Said {
  text: string;
  reasoning: string;
  calls: readonly ToolCallPart[];
}

/**
 * The parts of the answer as they were. Where the caller changed a text its pieces cannot be told apart any more: it comes back as
 * one part, and without the signatures of its pieces.
 */
export function restoreParts(pieces: readonly Piece[], said: Said): Part[] {
  const takeText = createCutter(
    said.text,
    sumLengths(pieces, (piece) => ("text" in piece ? piece.text : 0)),
  );
  const takeReasoning = createCutter(
    said.reasoning,
    sumLengths(pieces, (piece) =>
      "reasoning" in piece && typeof piece.reasoning === "number" ? piece.reasoning : 0,
    ),
  );
  const calls = new Map(said.calls.map((call) => [call.id, call]));
  const parts: Part[] = [];

  for (const piece of pieces) {
    if ("opaque" in piece) parts.push({ type: "opaque", ...piece.opaque });
    else if ("call" in piece) {
      const call = calls.get(piece.call);
      if (!call) continue;
      calls.delete(piece.call);
      parts.push(piece.signature ? { ...call, signature: piece.signature } : call);
    } else if ("text" in piece) {
      const cut = takeText(piece.text);
      if (cut)
        parts.push(
          signed<TextPart>(
            { type: "text", text: cut.text },
            cut.exact ? piece.signature : undefined,
          ),
        );
    } else {
      const cut =
        typeof piece.reasoning === "string"
          ? { text: piece.reasoning, exact: true }
          : takeReasoning(piece.reasoning);
      if (!cut) continue;
      const part: ReasoningPart = {
        type: "reasoning",
        text: cut.text,
        ...(piece.redacted ? { redacted: true } : {}),
      };
      parts.push(signed(part, cut.exact ? piece.signature : undefined));
    }
  }
  // What stands in no piece: a text that was longer than told, calls that were added.
  const more = takeText(Number.POSITIVE_INFINITY);
  if (more && more.text !== "") parts.push({ type: "text", text: more.text });
  parts.push(...calls.values());
  return parts;
}

function sumLengths(pieces: readonly Piece[], lengthOf: (piece: Piece) => number): number {
  return pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
}

/** Cuts a text into pieces of the told lengths; a text of another length than all of them is given out whole, once. */
function createCutter(
  text: string,
  told: number,
): (length: number) => { text: string; exact: boolean } | undefined {
  const exact = told === text.length;
  let at = 0;
  return (length) => {
    if (!exact && at > 0) return undefined;
    const cut =
      exact && length !== Number.POSITIVE_INFINITY ? text.slice(at, at + length) : text.slice(at);
    at = exact ? at + cut.length : 1;
    return { text: cut, exact };
  };
}

function signed<T extends TextPart | ReasoningPart>(part: T, signature: T["signature"]): T {
  return signature ? { ...part, signature } : part;
}
