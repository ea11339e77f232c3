import type { ModelInfo } from "../../chat/model.ts";

/**
 * The generation in a model's name: `gemini-2.5-flash` is 2.5. A Gemini without a number (`gemini-flash-latest`) is the newest there
 * is; what is no Gemini at all (Gemma, a tuned model) has none.
 */
export function generationOf(model: ModelInfo): number | null {
  const match = /^gemini-(?:(\d+(?:\.\d+)?)(?![\d.])|.*latest)/.exec(model.id);
  if (!match) return null;
  return match[1] === undefined ? Number.POSITIVE_INFINITY : Number(match[1]);
}

/** From here on models think by levels, check thought signatures, and take media inside of function results. */
const THIRD = 3;

export function isThirdGeneration(model: ModelInfo): boolean {
  return (generationOf(model) ?? 0) >= THIRD;
}
