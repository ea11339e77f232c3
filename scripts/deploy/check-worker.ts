import { runWrangler } from "./run-wrangler.ts";

/**
 * The problems that wrangler finds in a wrangler.toml, one text each; nothing is uploaded. wrangler
 * itself only warns of keys that it does not know, and then deploys without what they were meant to
 * do.
 */
export async function checkWorker(config = "wrangler.toml"): Promise<string[]> {
  const { exitCode, output } = await runWrangler(["deploy", "--dry-run", "--config", config]);
  const problems = output
    .split(/(?=▲ \[WARNING\]|✘ \[ERROR\])/)
    .filter((part) => /^[▲✘]/.test(part));
  if (exitCode !== 0 && problems.length === 0) problems.push(output);
  return problems.map((problem) => problem.trim());
}
