import { createApp } from "./app.ts";
import { createRuntime } from "./runtime.ts";
import type { Settings } from "./settings.ts";

export interface Bridge {
  url: string;
  /** Settles once nothing of earlier answers is left at the runtime. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Images come in the body, as base64. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export function startBridge(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Bridge {
  const runtime = createRuntime(settings, env);
  const app = createApp(settings, runtime);
  const server = Bun.serve({
    hostname: settings.host,
    port: settings.port,
    // A model may reason for longer than any limit here; the silence limit ends a session instead.
    idleTimeout: 0,
    maxRequestBodySize: MAX_BODY_BYTES,
    fetch: (request) => app.fetch(request),
  });
  return {
    url: `http://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${server.port}`,
    settled: app.settled,
    async stop() {
      await server.stop(true);
      await app.settled();
      await runtime.stop();
    },
  };
}
