import type * as z from "zod";
import type { ProviderDeps } from "../context.ts";
import { createClaudeProvider } from "../providers/claude/index.ts";
import { claudeEnv } from "../providers/claude/settings.ts";
import { createCopilotProvider } from "../providers/copilot/index.ts";
import { copilotEnv } from "../providers/copilot/settings.ts";
import { createCursorProvider } from "../providers/cursor/index.ts";
import { cursorEnv } from "../providers/cursor/settings.ts";
import { createEchoProvider } from "../providers/echo/index.ts";
import { createGeminiProvider } from "../providers/gemini/index.ts";
import { geminiEnv } from "../providers/gemini/settings.ts";
import { createOpenaiProvider } from "../providers/openai/index.ts";
import { openaiEnv } from "../providers/openai/settings.ts";
import { createOpenAICompatibleProviders } from "../providers/openai-compatible/index.ts";
import { openaiCompatibleEnv } from "../providers/openai-compatible/settings.ts";
import type { Provider } from "../providers/provider.ts";
import type { Catalog } from "./catalog/index.ts";

/** The variables of all providers. */
export const providersEnv = { ...claudeEnv, ...geminiEnv, ...openaiEnv, ...cursorEnv, ...copilotEnv, ...openaiCompatibleEnv };
export type ProvidersEnv = z.infer<z.ZodObject<typeof providersEnv>>;

/**
 * Every provider that this server knows, the unavailable ones too; with the catalog's default model where neither the provider nor the
 * operator says one. `variables` is the whole environment: the key of a compatible server may stand in a variable of any name.
 */
export function createProviders(
  env: ProvidersEnv,
  variables: Readonly<Record<string, string>>,
  catalog: Catalog,
  deps: ProviderDeps,
): Provider[] {
  const providers = [
    createClaudeProvider(env, deps),
    createGeminiProvider(env, deps),
    createOpenaiProvider(env, deps),
    createCursorProvider(env, deps),
    createCopilotProvider(env, deps),
    ...createOpenAICompatibleProviders(variables, deps),
    createEchoProvider(deps),
  ];
  return providers.map((provider) => ({
    ...provider,
    defaultModel: provider.defaultModel ?? catalog.defaultModel(provider.name),
  }));
}
