import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { Miniflare, Response } from "miniflare";
import * as z from "zod";

const root = resolve(import.meta.dir, "../..");

const configSchema = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  assets: z.object({ directory: z.string(), binding: z.string() }),
  durable_objects: z
    .object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) })
    .default({ bindings: [] }),
});

export interface ServedWorker {
  url: string;
  stop(): Promise<void>;
}

export interface ServeWorkerOptions {
  /** The modules that wrangler would upload: name → code; the first is the entry. */
  modules: ReadonlyMap<string, string>;
  bindings: Record<string, string>;
  port?: number;
  /** The port of workerd's inspector, which speaks the protocol of Chrome's developer tools. */
  inspectorPort?: number | undefined;
  /** Each line that the Worker or workerd writes. */
  onLine(line: string): void;
}

async function readAsset(path: string): Promise<Response> {
  const file = Bun.file(path);
  return (await file.exists())
    ? new Response(await file.text(), { headers: { "content-type": file.type } })
    : new Response(null, { status: 404 });
}

/**
 * A line of the Worker as it is; of workerd's own only the place in its source, because it goes on
 * with addresses and stacks; null for what follows such a line.
 */
function formatLine(line: string): string | null {
  if (line.startsWith("{")) return line;
  const [place] = /[\w/-]+\.c\+\+:\d+/.exec(line) ?? [];
  return place === undefined
    ? null
    : JSON.stringify({ level: "error", event: "workerd", reason: place });
}

/**
 * Runs a bundled Worker on workerd, with the compatibility settings of wrangler.toml. It works
 * under Bun, as `wrangler dev` does not.
 */
export async function serveWorker({
  modules,
  bindings,
  port = 0,
  inspectorPort,
  onLine,
}: ServeWorkerOptions): Promise<ServedWorker> {
  const config = configSchema.parse(
    Bun.TOML.parse(readFileSync(resolve(root, "wrangler.toml"), "utf8")),
  );
  let isServing = false;
  const worker = new Miniflare({
    host: "127.0.0.1",
    port,
    inspectorPort,
    modules: [...modules].map(([path, contents]) => ({ type: "ESModule", path, contents })),
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    bindings,
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name: className }) => [
        name,
        { className, useSQLite: true },
      ]),
    ),
    // The files of [assets], as the real binding hands them out.
    serviceBindings: {
      [config.assets.binding]: ({ url }: { url: string }) =>
        readAsset(resolve(root, config.assets.directory, new URL(url).pathname.slice(1))),
    },
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const stream of [stdout, stderr]) {
        let rest = "";
        stream.setEncoding("utf8").on("data", (text: string) => {
          const lines = (rest + text).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) {
            const told = isServing ? formatLine(line) : line;
            if (told !== null) onLine(told);
          }
        });
      }
    },
  });
  const url = await worker.ready;
  isServing = true;
  return { url: url.origin, stop: () => worker.dispose() };
}
