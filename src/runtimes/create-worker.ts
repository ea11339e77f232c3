import { type App, createApp } from "../app.ts";
import { loadConfig } from "../config.ts";
import { chatErrors } from "../dialects/chat/encode-error.ts";
import { ConfigError } from "../env/config-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import { respondError } from "../http/respond.ts";
import type { Platform } from "../platform.ts";
import type { GetStoreObject, StoreObjectStub } from "../store/object-limits.ts";
import { findAssets } from "./find-assets.ts";
import { findLedgerObject } from "./ledger-object.ts";
import { loadTracer } from "./load-tracer.ts";
import { createRandomId } from "./random-id.ts";

const platform: Platform = {
  runtime: "workers",
  // As a method of another object, workerd's fetch throws "Illegal invocation".
  fetch: (input, init) => fetch(input, init),
  now: Date.now,
  randomId: createRandomId(),
  random: Math.random,
  // A timer here belongs to the request that set it, so none is shared.
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds);
    return () => clearInterval(timer);
  },
  log: (line) => console.log(line),
};

interface Bindings {
  readonly [name: string]: unknown;
  /** The Durable Objects of wrangler.toml. Without it each isolate counts limits for itself. */
  readonly STORE?: StoreNamespace;
}

interface StoreNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): StoreObjectStub;
}

function createGetStoreObject(namespace: StoreNamespace | undefined): GetStoreObject | undefined {
  return namespace && ((name) => namespace.get(namespace.idFromName(name)));
}

/** The Worker: one app for each isolate, because the bindings do not change while it lives. */
export function createWorker() {
  let app: App | undefined;

  async function start(env: Bindings): Promise<App> {
    // Workers are never in development mode: they cannot know that only this machine reaches them.
    const config = loadConfig({ ...env, NODE_ENV: "production" });
    const createTracer = await loadTracer(config.env, false);
    // Requests that came meanwhile have waited for a load of their own.
    app ??= createApp(config, platform, {
      ledger: findLedgerObject(env),
      getStoreObject: createGetStoreObject(env.STORE),
      readAsset: findAssets(env),
      createTracer,
    });
    return app;
  }

  return {
    async fetch(
      request: Request,
      env: Bindings,
      context: { waitUntil(promise: Promise<unknown>): void },
    ): Promise<Response> {
      try {
        app ??= await start(env);
      } catch (thrown) {
        if (!(thrown instanceof ConfigError)) throw thrown;
        platform.log(
          JSON.stringify({ level: "error", event: "misconfigured", message: thrown.message }),
        );
        return respondError(new ChatError("misconfigured"), chatErrors, platform.randomId());
      }
      return app.fetch(request, (promise) => context.waitUntil(promise));
    },
  };
}
