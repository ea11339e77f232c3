/**
 * bun scripts/deploy/split-worker.ts — the Worker as wrangler uploads it, in dist/worker: its entry,
 * and a module for each part that is loaded when it is first needed; and the pages. wrangler itself
 * would bundle everything into one module, which a Worker then parses and runs at each start.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { buildPages } from "../pages/build-pages.ts";

const root = resolve(import.meta.dir, "../..");
const folder = join(root, "dist/worker");

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
mkdirSync(folder, { recursive: true });
const names = new Set<string>();
for (const output of built.outputs) {
  const name = basename(output.path);
  names.add(name);
  writeFileSync(join(folder, name), new Uint8Array(await output.arrayBuffer()));
}
// Their names have hashes, so nothing that another run has just written is among these.
for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name));
await buildPages();
