import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "..");

export interface WorkerBundle {
  /** The one module that wrangler would upload. */
  path: string;
  bytes: number;
  gzipBytes: number;
  /** Modules that it asks the runtime for (`node:…`, `cloudflare:…`). */
  imports: string[];
}

/**
 * Bundles the Worker by wrangler itself (a dry run), so that tests and figures speak of what would be deployed. wrangler refuses
 * Node below 22, so it runs on Bun.
 */
export async function bundleWorker(folder: string): Promise<WorkerBundle> {
  const wrangler = Bun.spawn(
    [
      process.execPath,
      "--bun",
      resolve(root, "node_modules/wrangler/wrangler-dist/cli.js"),
      ...["deploy", "--dry-run", "--outdir", resolve(folder)],
    ],
    {
      cwd: root,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" },
    },
  );
  const [output, errors, code] = await Promise.all([
    new Response(wrangler.stdout).text(),
    new Response(wrangler.stderr).text(),
    wrangler.exited,
  ]);
  const modules = code === 0 ? readdirSync(folder).filter((name) => name.endsWith(".js")) : [];
  const name = modules[0];
  if (name === undefined || modules.length > 1)
    throw new Error(`wrangler made no single module:\n${output}\n${errors}`);
  const path = join(folder, name);
  const bundle = readFileSync(path);
  return {
    path,
    bytes: bundle.byteLength,
    gzipBytes: Bun.gzipSync(bundle).byteLength,
    imports: new Bun.Transpiler({ loader: "js" }).scanImports(bundle).map((found) => found.path),
  };
}
