// Serves the Worker for development. `wrangler dev` needs Node 22; on an older Node the same bundle
// runs on workerd by Miniflare.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../src/env/config-error.ts";
import { readSettings, type Settings } from "../../src/runtimes/development.ts";
import { bundleWorker } from "../deploy/bundle-worker.ts";
import { buildPages } from "../pages/build-pages.ts";
import { findModernNode } from "./find-modern-node.ts";
import { serveWorker } from "./serve-worker.ts";

const HOST = "127.0.0.1";
const port = Number(process.env.PORT || 8787);

let settings: Settings;
try {
  settings = readSettings(process.env);
  // Tried here, since workerd tells of a port that is taken by its stack.
  await Bun.serve({ hostname: HOST, port, reusePort: false, fetch: () => new Response() }).stop();
} catch (thrown) {
  if (!(thrown instanceof Error)) throw thrown;
  console.error(
    thrown instanceof ConfigError
      ? thrown.message
      : `Cannot listen on port ${port} (PORT) of ${HOST}. Set PORT to a free port. The system says: ${thrown.message}`,
  );
  process.exit(1);
}
const { development, config } = settings;
const secret = development ? config.JWT_SECRET : undefined;
const variables = Object.entries({
  ...process.env,
  JWT_SECRET: secret ?? process.env.JWT_SECRET,
}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
const write = (line: string) => process.stdout.write(`${line}\n`);

async function greet(url: string): Promise<void> {
  const lines = await development?.greet(url);
  for (const line of lines ?? [
    `AI server on workerd: ${url} (pages: /playground, /dashboard, /docs)`,
  ])
    write(line);
}

await buildPages();
const node = findModernNode();
if (node) {
  await greet(`http://${HOST}:${port}`);
  // Wrangler reads further variables from .env or .dev.vars by itself.
  const own = [
    "dev",
    "--ip",
    HOST,
    "--port",
    String(port),
    ...(secret === undefined ? [] : ["--var", `JWT_SECRET:${secret}`]),
  ];
  const wrangler = Bun.spawn(
    [node, "node_modules/wrangler/bin/wrangler.js", ...own, ...process.argv.slice(2)],
    {
      stdio: ["inherit", "inherit", "inherit"],
    },
  );
  // It would go on without this process, and keep the port.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => wrangler.kill(signal));
  process.exit(await wrangler.exited);
}

const folder = mkdtempSync(join(tmpdir(), "worker-"));
const { modules } = await bundleWorker(folder);
rmSync(folder, { recursive: true, force: true });
const { url, stop } = await serveWorker({
  modules,
  bindings: Object.fromEntries(variables),
  port,
  onLine: write,
});
await greet(url);
write(
  "This is workerd by Miniflare; with Node 22 or later it is `wrangler dev`, which reloads what is changed.",
);
process.on("SIGINT", async () => {
  await stop();
  process.exit(0);
});
