import { resolve } from "node:path";

const root = resolve(import.meta.dir, "..");

/**
 * What wrangler finds wrong with a wrangler.toml, a text each; nothing is uploaded. wrangler itself only warns of keys that it does not
 * know, and then deploys without what they were meant to do.
 */
export async function checkWorker(config = "wrangler.toml"): Promise<string[]> {
  const wrangler = Bun.spawn(
    [
      process.execPath,
      "--bun",
      "node_modules/wrangler/wrangler-dist/cli.js",
      "deploy",
      "--dry-run",
      "--config",
      config,
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
  const said = Bun.stripANSI(`${output}\n${errors}`);
  const problems = said.split(/(?=▲ \[WARNING\]|✘ \[ERROR\])/).filter((part) => /^[▲✘]/.test(part));
  if (code !== 0 && problems.length === 0) problems.push(said);
  return problems.map((problem) => problem.trim());
}
