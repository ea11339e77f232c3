// Deploys to Cloudflare Workers (arguments go to `wrangler deploy`), after a check in which
// wrangler's warnings count as errors.
import { findModernNode } from "../dev/find-modern-node.ts";
import { checkWorker } from "./check-worker.ts";
import { WRANGLER } from "./run-wrangler.ts";

const problems = await checkWorker();
if (problems.length > 0) {
  process.stderr.write(
    `wrangler.toml is not right, so nothing is deployed:\n${problems.join("\n")}\n`,
  );
  process.exit(1);
}
const node = findModernNode();
const { exitCode } = Bun.spawnSync(
  [...(node ? [node] : [process.execPath, "--bun"]), WRANGLER, "deploy", ...process.argv.slice(2)],
  {
    stdio: ["inherit", "inherit", "inherit"],
  },
);
process.exit(exitCode);
