// Deploys to Cloudflare Workers (arguments go to `wrangler deploy`), after a check in which wrangler's warnings count as errors.
import { checkWorker } from "./check-worker.ts";
import { findModernNode } from "./find-modern-node.ts";

const problems = await checkWorker();
if (problems.length > 0) {
  process.stderr.write(
    `wrangler.toml is not right, so nothing is deployed:\n${problems.join("\n")}\n`,
  );
  process.exit(1);
}
const wrangler = "node_modules/wrangler/wrangler-dist/cli.js";
const node = findModernNode();
const { exitCode } = Bun.spawnSync(
  [...(node ? [node] : [process.execPath, "--bun"]), wrangler, "deploy", ...process.argv.slice(2)],
  {
    stdio: ["inherit", "inherit", "inherit"],
  },
);
process.exit(exitCode);
