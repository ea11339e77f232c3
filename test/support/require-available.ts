import type { Provider, UnavailableProvider } from "../../src/providers/provider.ts";

/** The provider, which the test has configured. */
export function requireAvailable(provider: Provider | UnavailableProvider): Provider {
  if (provider.available) return provider;
  throw new Error(`${provider.name} is unavailable: ${provider.reason}`);
}
