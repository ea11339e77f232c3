import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import * as z from "zod";

const configSchema = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
});

export interface ServedWorker {
  url: string;
  stop(): Promise<void>;
}

export interface ServeWorkerOptions {
  /** The module that wrangler bundled. */
  code: string;
  bindings: Record<string, string>;
  port?: number;
  /** Each line that the Worker or workerd writes. */
  onLine(line: string): void;
}

/**
 * Runs a bundled Worker on workerd, with the compatibility settings of wrangler.toml. It works
 * under Bun, as `wrangler dev` does not.
 */
export async function serveWorker({
  code,
  bindings,
  port = 0,
  onLine,
}: ServeWorkerOptions): Promise<ServedWorker> {
  const config = configSchema.parse(
    Bun.TOML.parse(readFileSync(resolve(import.meta.dir, "../../wrangler.toml"), "utf8")),
  );
  const worker = new Miniflare({
    host: "127.0.0.1",
    port,
    modules: [{ type: "ESModule", path: "worker.js", contents: code }],
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    bindings,
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const stream of [stdout, stderr]) {
        let rest = "";
        stream.setEncoding("utf8").on("data", (text: string) => {
          const lines = (rest + text).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) onLine(line);
        });
      }
    },
  });
  const url = await worker.ready;
  return { url: url.origin, stop: () => worker.dispose() };
}
