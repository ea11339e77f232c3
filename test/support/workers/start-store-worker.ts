import { resolve } from "node:path";
import { Miniflare } from "miniflare";
import type { GetStoreObject, StoreObjectStub } from "../../../src/store/object-limits.ts";

export interface StoreWorker {
  readonly getObject: GetStoreObject;
  stop(): Promise<void>;
}

/** The Durable Object of this project on workerd, reached over HTTP. */
export async function startStoreWorker(): Promise<StoreWorker> {
  const built = await Bun.build({
    entrypoints: [resolve(import.meta.dir, "store-worker.ts")],
    target: "browser",
    external: ["cloudflare:workers"],
  });
  const [output] = built.outputs;
  if (!output) throw new Error("the Worker was not built");
  const worker = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    modules: [{ type: "ESModule", path: "worker.js", contents: await output.text() }],
    compatibilityDate: "2026-07-30",
    durableObjects: { STORE: { className: "StoreDurableObject", useSQLite: true } },
  });
  const url = await worker.ready;
  const call =
    (object: string, method: keyof StoreObjectStub) =>
    async (...args: unknown[]) => {
      const body = JSON.stringify({ object, method, args });
      const response = await fetch(url, { method: "POST", body });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()).result;
    };
  return {
    getObject: (name) => ({
      hold: call(name, "hold"),
      settle: call(name, "settle"),
      undo: call(name, "undo"),
      read: call(name, "read"),
      revoke: call(name, "revoke"),
      list: call(name, "list"),
      claimKey: call(name, "claimKey"),
      openAnswer: call(name, "openAnswer"),
      appendAnswer: call(name, "appendAnswer"),
      readAnswer: call(name, "readAnswer"),
      cancelAnswer: call(name, "cancelAnswer"),
      takeOverAnswer: call(name, "takeOverAnswer"),
    }),
    stop: () => worker.dispose(),
  };
}
