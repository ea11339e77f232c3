import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AGENTS } from "./agents.ts";

/** A folder of their own, kept from run to run: together they have several hundred megabytes. */
const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ai-server/agents");
const PACKAGES = [...new Set(AGENTS.map((agent) => agent.package))];
const INSTALL_MS = 600_000;

/**
 * Installs the agents by npm, unless these very versions are there; gives the folder of their
 * programs.
 */
export function installAgents(): string {
  const wanted = PACKAGES.join("\n");
  const note = join(folder, "installed.txt");
  const programs = join(folder, "node_modules/.bin");
  if (existsSync(note) && readFileSync(note, "utf8") === wanted) return programs;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private":true}\n');
  const npm = Bun.spawnSync(
    ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", ...PACKAGES],
    { cwd: folder, stdout: "pipe", stderr: "pipe", timeout: INSTALL_MS },
  );
  if (npm.exitCode !== 0)
    throw new Error(`npm could not install the agents:\n${npm.stderr.toString().slice(-2000)}`);
  writeFileSync(note, wanted);
  return programs;
}
