// Installs the dependencies where they are missing or not those of the lockfile. Plain Node, since it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(`${root}${path}`, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Whether each package of the lockfile is there in its version. npm leaves out optional packages for other machines. */
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || installed[path]?.version === version || (optional && !installed[path]),
  );
}

if (!isInstalled()) {
  console.error("Installing the dependencies (npm ci) …");
  // The packages that say they need a newer Node (wrangler, miniflare) run on Bun here, so npm's warnings about it would mislead.
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`npm ci failed${error ? `: ${error.message}` : "."}`);
    process.exit(1);
  }
}
