import * as z from "zod/mini";
import type { Signature } from "../../chat/format.ts";
import { isJsonObject, type JsonObject, jsonObjectSchema } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import { FORMAT } from "./format.ts";

/**
 * OpenRouter's `reasoning_details` must go back unchanged
 * (https://openrouter.ai/docs/use-cases/reasoning-tokens). The chat model keeps the list as JSON in
 * the signature of a reasoning part.
 */
export function toSignature(details: readonly JsonObject[]): Signature {
  return { format: FORMAT, value: JSON.stringify(details) };
}

/** The list in a signature of this format; undefined if there is none. */
export function detailsIn(signature: Signature): JsonObject[] | undefined {
  if (signature.format !== FORMAT) return undefined;
  try {
    return z.array(jsonObjectSchema).safeParse(JSON.parse(signature.value)).data;
  } catch {
    return undefined;
  }
}

/** Whether the list has more than the text that `reasoning` has too. */
export function needsReturn(details: readonly JsonObject[]): boolean {
  return details.some(
    ({ type, signature }) =>
      type !== "reasoning.text" || (typeof signature === "string" && signature !== ""),
  );
}

/**
 * Adds the entries of one streamed chunk. Text and summaries arrive in pieces of one entry, the
 * signature with the last piece; encrypted data arrives whole.
 */
export function appendDetails(details: JsonObject[], added: unknown): void {
  if (!Array.isArray(added)) return;
  for (const piece of added) {
    if (!isJsonObject(piece)) continue;
    const last = details[details.length - 1];
    if (!last || !continues(last, piece)) {
      details.push({ ...piece });
      continue;
    }
    for (const [name, value] of Object.entries(piece)) {
      const before = last[name];
      if (
        (name === "text" || name === "summary") &&
        typeof before === "string" &&
        typeof value === "string"
      )
        last[name] = before + value;
      else if (value !== null && value !== "") last[name] = value;
    }
  }
}

function continues(last: JsonObject, piece: JsonObject): boolean {
  return (
    last.type === piece.type &&
    (piece.type === "reasoning.text" || piece.type === "reasoning.summary") &&
    last.index === piece.index &&
    (last.id === piece.id || last.id == null || piece.id == null) &&
    // A signature ends its block.
    !(readText(last.signature) !== undefined && readText(piece.text) !== undefined)
  );
}

/** The readable text of a list, if the message has no other. */
export function textOfDetails(details: readonly JsonObject[]): string {
  let text = "";
  for (const detail of details) {
    for (const piece of [detail.text, detail.summary]) if (typeof piece === "string") text += piece;
  }
  return text;
}
