import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCommand } from "../support/deploy/run-command.ts";

const root = resolve(import.meta.dir, "../..");
setDefaultTimeout(60_000);
const shellcheck = Bun.which("shellcheck");

function findScripts(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return findScripts(path);
    return /^#!.*\b(ba)?sh\n|^# shellcheck shell=/.test(
      readFileSync(join(root, path), "utf8").slice(0, 200),
    )
      ? [path]
      : [];
  });
}
const scripts = [...findScripts("scripts"), ...findScripts("findings"), ...findScripts(".ci")];

test("the scripts are found", () => {
  expect(scripts).toEqual(
    expect.arrayContaining([
      "scripts/deploy/start-oneshot",
      "scripts/deploy-fly.sh",
      "scripts/bundle-credentials.sh",
    ]),
  );
});

describe.each(scripts)("%s", (script) => {
  test.skipIf(!shellcheck)("passes shellcheck (needs shellcheck)", () => {
    const { out, err } = runCommand([shellcheck ?? "", "-x", script], {
      cwd: root,
      env: { PATH: process.env.PATH ?? "" },
    });
    expect(out + err).toBe("");
  });

  test("is executable, unless it is meant to be sourced", () => {
    const text = readFileSync(join(root, script), "utf8");
    if (text.startsWith("#!")) expect(statSync(join(root, script)).mode & 0o100).toBe(0o100);
    else expect(text).toContain("source it");
  });
});
