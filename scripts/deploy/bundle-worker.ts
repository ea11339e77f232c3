import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runWrangler } from "./run-wrangler.ts";

export interface WorkerBundle {
  /** The one module that wrangler would upload. */
  path: string;
  bytes: number;
  gzipBytes: number;
  /** Modules that it asks the runtime for (`node:…`, `cloudflare:…`). */
  imports: string[];
}

/**
 * Bundles the Worker with wrangler itself (a dry run), so that tests and figures are about what
 * would be deployed. `entry` stands for `main` of wrangler.toml.
 */
export async function bundleWorker(folder: string, entry?: string): Promise<WorkerBundle> {
  const { exitCode, output } = await runWrangler([
    "deploy",
    ...(entry === undefined ? [] : [entry]),
    "--dry-run",
    "--outdir",
    resolve(folder),
  ]);
  const modules = exitCode === 0 ? readdirSync(folder).filter((name) => name.endsWith(".js")) : [];
  const name = modules[0];
  if (name === undefined || modules.length > 1)
    throw new Error(`wrangler made no single module:\n${output}`);
  const path = join(folder, name);
  const bundle = readFileSync(path);
  return {
    path,
    bytes: bundle.byteLength,
    gzipBytes: Bun.gzipSync(bundle).byteLength,
    imports: new Bun.Transpiler({ loader: "js" }).scanImports(bundle).map((found) => found.path),
  };
}
