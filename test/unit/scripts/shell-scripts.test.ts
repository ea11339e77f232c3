import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dir, "../../..");

function findShellScripts(): string[] {
  const { stdout } = Bun.spawnSync(["git", "ls-files", "-z"], { cwd: root });
  return stdout
    .toString()
    .split("\0")
    .filter((path) => path !== "" && !/\.(ts|js|json|md|toml)$/.test(path))
    .filter((path) => /^#!.*\b(ba|da)?sh\b/.test(readFileSync(resolve(root, path), "latin1").slice(0, 100)));
}

describe.skipIf(Bun.which("shellcheck") === null)("shell scripts (needs shellcheck)", () => {
  test("have no faults that shellcheck knows", () => {
    const scripts = findShellScripts();
    expect(scripts).toContain(".ci/run");
    const { stdout } = Bun.spawnSync(["shellcheck", "--external-sources", "--source-path=SCRIPTDIR", ...scripts], { cwd: root });
    expect(stdout.toString()).toBe("");
  });
});
