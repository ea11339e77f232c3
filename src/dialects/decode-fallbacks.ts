import type { Fallback, FallbacksField, ModelsField } from "../chat/fallback.ts";
import type { ChatRequest } from "../chat/request.ts";

/** The items of a caller's `fallbacks`, each with its path. */
export function decodeFallbacks(items: FallbacksField): Fallback[] {
  return items.map((item, index) => {
    const param = `fallbacks[${index}]`;
    if (typeof item === "string") return { model: item, param };
    const { provider, model } = item;
    return provider == null ? { model, param } : { provider, model, param };
  });
}

/** What OpenAI's APIs say of targets, with OpenRouter's `models` and LiteLLM's `fallbacks`. */
interface TargetFields {
  model?: string | null | undefined;
  models?: ModelsField | null | undefined;
  fallbacks?: FallbacksField | null | undefined;
}

export function decodeTargets(fields: TargetFields): Pick<ChatRequest, "model" | "fallbacks"> {
  const listed = (fields.models ?? []).map((name, index) => ({
    model: name,
    param: `models[${index}]`,
  }));
  const model = fields.model ?? listed[0]?.model;
  // The list may repeat the model, or stand in its place.
  if (listed[0]?.model === model) listed.shift();
  const fallbacks = [...listed, ...decodeFallbacks(fields.fallbacks ?? [])];
  return {
    ...(model === undefined ? {} : { model }),
    ...(fallbacks.length === 0 ? {} : { fallbacks }),
  };
}
