// Serves the Worker for development. `wrangler dev` needs Node 22; on an older Node the same bundle runs on workerd by Miniflare.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "./bundle-worker.ts";
import { serveWorker } from "./serve-worker.ts";

const DEFAULT_PORT = 8787;

function findModernNode(): string | undefined {
  const node = Bun.which("node");
  if (!node) return undefined;
  const version = Bun.spawnSync([node, "--version"]).stdout.toString();
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= 22 ? node : undefined;
}

function readVariables(): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) variables[name] = value;
  return variables;
}

const node = findModernNode();
if (node) {
  const { exitCode } = Bun.spawnSync([node, "node_modules/wrangler/bin/wrangler.js", "dev", ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit"],
  });
  process.exit(exitCode);
}

const folder = mkdtempSync(join(tmpdir(), "worker-"));
const { path } = await bundleWorker(folder);
const code = readFileSync(path, "utf8");
rmSync(folder, { recursive: true, force: true });
const write = (line: string) => process.stdout.write(`${line}\n`);
const { url, stop } = await serveWorker({
  code,
  bindings: readVariables(),
  port: Number(process.env.PORT ?? DEFAULT_PORT),
  onLine: write,
});
write(`AI server on workerd: ${url} (Node is older than 22, so without wrangler's reload; variables come from the environment)`);
process.on("SIGINT", async () => {
  await stop();
  process.exit(0);
});
