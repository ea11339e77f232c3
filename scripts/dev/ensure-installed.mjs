// Installs the dependencies if they are missing or differ from the lockfile. Folders given as
// arguments get theirs without the optional ones, which are large. Plain Node, because it runs
// before anything is installed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether each package of the lockfile is there in its version. npm leaves out optional packages
 * for other machines.
 */
function isInstalled(folder) {
  const wanted = readPackages(join(folder, "package-lock.json"));
  const installed = readPackages(join(folder, "node_modules/.package-lock.json"));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || installed[path]?.version === version || (optional && !installed[path]),
  );
}

function ensureInstalled(folder, options) {
  if (isInstalled(folder)) return;
  console.error(`Installing the dependencies of ${folder} (npm ci) …`);
  // The packages that say they need a newer Node (wrangler, miniflare) run on Bun here, so npm's
  // warnings about it would mislead.
  const { status, error } = spawnSync(
    "npm",
    ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...options],
    {
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    },
  );
  if (status === 0) return;
  console.error(
    `npm ci failed${error ? `: ${error.message}` : "; the reason is above. The first start needs the npm registry, later ones do not."}`,
  );
  process.exit(1);
}

ensureInstalled(root, []);
for (const folder of process.argv.slice(2))
  ensureInstalled(join(root, folder), ["--omit=optional"]);
