import type * as z from "zod";
import type { ProviderDeps } from "../context.ts";
import { createClaudeProvider } from "../providers/claude/index.ts";
import { claudeEnv } from "../providers/claude/settings.ts";
import { createEchoProvider } from "../providers/echo/index.ts";
import { createGeminiProvider } from "../providers/gemini/index.ts";
import { geminiEnv } from "../providers/gemini/settings.ts";
import type { Provider } from "../providers/provider.ts";
import type { Catalog } from "./catalog/index.ts";

/** The variables of all providers. */
export const providersEnv = { ...claudeEnv, ...geminiEnv };
export type ProvidersEnv = z.infer<z.ZodObject<typeof providersEnv>>;

/** Every provider that this server knows, the unavailable ones too; where neither it nor the operator says so, with the catalog's default model. */
export function createProviders(
  env: ProvidersEnv,
  _variables: Readonly<Record<string, string>>,
  catalog: Catalog,
  deps: ProviderDeps,
): Provider[] {
  const providers = [createClaudeProvider(env, deps), createGeminiProvider(env, deps), createEchoProvider(deps)];
  return providers.map((provider) => ({
    ...provider,
    defaultModel: provider.defaultModel ?? catalog.defaultModel(provider.name),
  }));
}
