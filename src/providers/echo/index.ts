import { lazy } from "../../lazy.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { Provider } from "../provider.ts";
import { echoCapabilities } from "./capabilities.ts";

const load = lazy(() => import("./calls.ts"));

/**
 * A provider without a network that repeats the last user message, so that callers can test their
 * handling of answers, tools, and slow, cut and failing streams. Its models: `echo`, those of
 * `ECHO_FAULTS`, `echo-embedding`, and `echo-fail-<code>` for any of this server's error
 * codes.
 */
export function createEchoProvider(deps: Pick<ProviderDeps, "randomId" | "timeouts">): Provider {
  return {
    name: "echo",
    aliases: [],
    format: null,
    defaultModel: "echo",
    available: true,
    capabilities: echoCapabilities,
    embeds: true,
    open: async (call) => (await load()).openAnswer(call, deps),
    embed: async (call) => (await load()).embed(call),
  };
}
