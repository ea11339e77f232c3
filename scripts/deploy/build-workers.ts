// Builds what wrangler would deploy, prints its size, and fails if it needs Node's modules.
import { rmSync } from "node:fs";
import { bundleWorker } from "./bundle-worker.ts";

const folder = "dist/workers";
rmSync(folder, { recursive: true, force: true });
const bundle = await bundleWorker(folder);
const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
process.stdout.write(`${bundle.path}: ${kib(bundle.bytes)}, gzip ${kib(bundle.gzipBytes)}\n`);

const foreign = bundle.imports.filter((name) => !name.startsWith("cloudflare:"));
if (foreign.length > 0) {
  process.stderr.write(
    `The Worker imports ${foreign.join(", ")}: it must run without Node's modules.\n`,
  );
  process.exit(1);
}
