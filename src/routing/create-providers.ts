import type * as z from "zod/mini";
import type { Catalog } from "../catalog/index.ts";
import type { ProviderDeps } from "../platform.ts";
import { claudeEnv } from "../providers/claude/env.ts";
import { createClaudeProvider } from "../providers/claude/index.ts";
import { copilotEnv } from "../providers/copilot/env.ts";
import { createCopilotProvider } from "../providers/copilot/index.ts";
import { cursorEnv } from "../providers/cursor/env.ts";
import { createCursorProvider } from "../providers/cursor/index.ts";
import { createEchoProvider } from "../providers/echo/index.ts";
import { geminiEnv } from "../providers/gemini/env.ts";
import { createGeminiProvider } from "../providers/gemini/index.ts";
import { openaiEnv } from "../providers/openai/env.ts";
import { createOpenaiProvider } from "../providers/openai/index.ts";
import { openaiCompatibleEnv } from "../providers/openai-compatible/env.ts";
import { createOpenAICompatibleProviders } from "../providers/openai-compatible/index.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";

/** The variables of all providers. */
export const providersEnv = {
  ...claudeEnv,
  ...geminiEnv,
  ...openaiEnv,
  ...cursorEnv,
  ...copilotEnv,
  ...openaiCompatibleEnv,
};
export type ProvidersConfig = z.infer<z.ZodMiniObject<typeof providersEnv>>;

/**
 * All providers that this server knows, whether or not they are available. The catalog's default
 * model is used if neither the provider nor the operator names one. `env` is the whole environment,
 * because the key of a compatible server may be in a variable of any name.
 */
export function createProviders(
  config: ProvidersConfig,
  env: Readonly<Record<string, string>>,
  catalog: Catalog,
  deps: ProviderDeps,
): (Provider | UnavailableProvider)[] {
  const vendors = [
    createClaudeProvider(config, deps),
    createGeminiProvider(config, deps),
    createOpenaiProvider(config, deps),
    createCursorProvider(config, deps),
    createCopilotProvider(config, deps),
  ];
  const echo = createEchoProvider(deps);
  const takenNames = [...vendors, echo].flatMap(({ name, aliases }) => [name, ...aliases]);
  const compatible = createOpenAICompatibleProviders(env, takenNames, deps);
  return [...vendors, ...compatible, echo].map((provider) => ({
    ...provider,
    defaultModel: provider.defaultModel ?? catalog.defaultModel(provider.name),
  }));
}
