/**
 * bun scripts/deploy/build-worker.ts [FOLDER] — the Worker as wrangler uploads it (default:
 * dist/worker): its entry, and a module for each part that is loaded when it is first needed.
 * wrangler itself bundles everything into one module, which a Worker then parses at each start.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildPages } from "../pages/build-pages.ts";

const root = resolve(import.meta.dir, "../..");

export async function buildWorker(folder = join(root, "dist/worker")): Promise<void> {
  const built = await Bun.build({
    entrypoints: [join(root, "src/runtimes/workers.ts")],
    target: "browser",
    conditions: ["workerd", "worker"],
    external: ["cloudflare:*"],
    splitting: true,
    minify: true,
    sourcemap: "linked",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const output of built.outputs)
    writeFileSync(join(folder, output.path), new Uint8Array(await output.arrayBuffer()));
}

if (import.meta.main) {
  await buildWorker(process.argv[2]);
  // wrangler.toml names them.
  await buildPages();
}
