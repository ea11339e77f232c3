import { type EmbeddingAnswer, inputUsage } from "../../embeddings/answer.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { EmbedCall } from "../provider.ts";
import { failByCode } from "./faults.ts";

const MODEL = "echo-embedding";
const DIMENSIONS = 64;

/**
 * Vectors without a network: each word (or token) counts in a direction that its letters choose, so
 * texts that share words are near each other. Of length 1, as those of OpenAI.
 */
export async function embed({ request, model }: EmbedCall): Promise<EmbeddingAnswer> {
  failByCode(model.id);
  if (model.id !== MODEL) {
    throw new ChatError("model_not_found", {
      param: "model",
      message: `echo's only model for embeddings is ${MODEL}.`,
    });
  }
  let tokens = 0;
  const vectors = request.inputs.map((input) => {
    const words = typeof input === "string" ? splitWords(input) : input.map(String);
    tokens += words.length;
    return createVector(words, request.dimensions ?? DIMENSIONS);
  });
  return { vectors, usage: inputUsage(tokens) };
}

function splitWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
}

function createVector(words: readonly string[], dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of words) {
    const direction = hash(word) % dimensions;
    vector[direction] = (vector[direction] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** FNV-1a, 32 bits: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
