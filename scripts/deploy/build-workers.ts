// Builds what wrangler would deploy, prints its size, and fails if it needs Node's modules.
import { rmSync } from "node:fs";
import { bundleWorker } from "./bundle-worker.ts";

const folder = "dist/workers";
rmSync(folder, { recursive: true, force: true });
const { modules, start, whole, foreign } = await bundleWorker(folder);
const kib = ({ bytes, gzipBytes }: typeof whole) =>
  `${(bytes / 1024).toFixed(1)} KiB, gzip ${(gzipBytes / 1024).toFixed(1)} KiB`;
process.stdout.write(`${folder}: ${modules.size} modules, ${kib(whole)}\n`);
process.stdout.write(`at the start: ${kib(start)}\n`);

const missing = foreign.filter((name) => !name.startsWith("cloudflare:"));
if (missing.length > 0) {
  process.stderr.write(
    `The Worker imports ${missing.join(", ")}: it must run without Node's modules.\n`,
  );
  process.exit(1);
}
