import { lazy } from "../../lazy.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { Provider, ProviderInfo, UnavailableProvider } from "../provider.ts";
import { cursorCapabilities } from "./capabilities.ts";
import { readCursorCredential } from "./credentials.ts";
import type { CursorConfig } from "./env.ts";

/**
 * Cursor through its Cloud Agents API, the only one that is open to other programs. Each call
 * starts an agent without a repository on one of Cursor's machines, reads its answer, and deletes
 * it.
 */
export function createCursorProvider(
  config: CursorConfig,
  deps: ProviderDeps,
): Provider | UnavailableProvider {
  const info: ProviderInfo = {
    name: "cursor",
    aliases: ["cursor-agent"],
    format: "cursor",
    defaultModel: config.CURSOR_DEFAULT_MODEL,
    capabilities: cursorCapabilities,
  };
  const credential = readCursorCredential(config, deps.now());
  if ("reason" in credential) return { ...info, ...credential };
  const { key } = credential;
  const load = lazy(async () =>
    (await import("./calls.ts")).createCalls(config.CURSOR_BASE_URL, key, deps),
  );
  return {
    ...info,
    available: true,
    open: async (call) => (await load()).openAnswer(call),
  };
}
