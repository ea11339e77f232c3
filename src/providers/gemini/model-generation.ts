import type { ModelInfo } from "../../chat/model.ts";

/**
 * The generation in a model's name: 2.5 for `gemini-2.5-flash`. A Gemini without a number
 * (`gemini-flash-latest`) is the newest. Other models (Gemma, a tuned model) have none.
 */
export function generationOf(model: ModelInfo): number | null {
  const match = /^gemini-(?:(\d+(?:\.\d+)?)(?![\d.])|.*latest)/.exec(model.id);
  if (!match) return null;
  return match[1] === undefined ? Number.POSITIVE_INFINITY : Number(match[1]);
}

/**
 * Since this generation, models think by levels, check thought signatures, and take media inside
 * function results.
 */
const THIRD = 3;

export function isThirdGeneration(model: ModelInfo): boolean {
  return (generationOf(model) ?? 0) >= THIRD;
}
