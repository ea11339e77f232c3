import type { Attributes } from "@opentelemetry/api";
import type { Usage } from "../chat/usage.ts";
import type { CallRecord } from "../telemetry/call-record.ts";

/**
 * Names of OpenTelemetry's conventions for generative AI
 * (https://github.com/open-telemetry/semantic-conventions-genai, 2026-11; no release yet), and
 * those before them that backends still read.
 */

/** `gen_ai.operation.name` */
export const OPERATIONS: Readonly<Record<CallRecord["kind"], string>> = {
  generate: "chat",
  count_tokens: "count_tokens",
  embed: "embeddings",
};

/** `gen_ai.provider.name`, if the conventions have one of their own. */
const PROVIDERS: Readonly<Record<string, string>> = {
  claude: "anthropic",
  gemini: "gcp.gemini",
  mistral: "mistral_ai",
  xai: "x_ai",
};

/** Names of the vendor and the model. `gen_ai.system` is the old name of `gen_ai.provider.name`. */
export function targetAttributes(provider: string, model: string): Attributes {
  const name = PROVIDERS[provider] ?? provider;
  return {
    "gen_ai.provider.name": name,
    "gen_ai.system": name,
    "gen_ai.request.model": model,
  };
}

/**
 * Cached tokens are a part of the input, reasoning is a part of the output. `cache_creation` was
 * renamed to `cache_write` in 2026-08; most backends read the old name (Langfuse, Sentry, SigNoz).
 */
export function addUsage(attributes: Attributes, usage: Usage): void {
  attributes["gen_ai.usage.input_tokens"] = usage.input_tokens;
  attributes["gen_ai.usage.output_tokens"] = usage.output_tokens;
  const { cached_input_tokens, cache_write_input_tokens, reasoning_tokens } = usage;
  if (cached_input_tokens !== undefined)
    attributes["gen_ai.usage.cache_read.input_tokens"] = cached_input_tokens;
  if (cache_write_input_tokens !== undefined) {
    attributes["gen_ai.usage.cache_write.input_tokens"] = cache_write_input_tokens;
    attributes["gen_ai.usage.cache_creation.input_tokens"] = cache_write_input_tokens;
  }
  if (reasoning_tokens !== undefined)
    attributes["gen_ai.usage.reasoning.output_tokens"] = reasoning_tokens;
}
