import type { ProviderDeps } from "../context.ts";
import { createEchoProvider } from "../providers/echo/index.ts";
import type { Provider } from "../providers/provider.ts";
import type { Catalog } from "./catalog/index.ts";
import { catalogEnv } from "./catalog/overrides.ts";

/** The variables of all providers and of the catalog. */
export const providersEnv = { ...catalogEnv };

/** Every provider that this server knows, the unavailable ones too, with the catalog's default models. */
export function createProviders(
  _env: object,
  _variables: Readonly<Record<string, string>>,
  catalog: Catalog,
  deps: ProviderDeps,
): Provider[] {
  const providers = [createEchoProvider(deps)];
  return providers.map((provider) => ({
    ...provider,
    defaultModel: provider.defaultModel ?? catalog.defaultModel(provider.name),
  }));
}
