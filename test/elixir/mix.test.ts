import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dir, "../../elixir");
const projects = readdirSync(folder).filter((name) => existsSync(join(folder, name, "mix.exs")));

/** Longest time that a project's tests may take; they start servers, and wait for streams. */
const TIMEOUT_MS = 300_000;

/** Nothing where mix succeeds; else what it wrote. */
function runMix(project: string, args: readonly string[], env: Record<string, string> = {}): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["mix", ...args], {
    cwd: join(folder, project),
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
  });
  return exitCode === 0 ? "" : `mix ${args.join(" ")}:\n${stdout}${stderr}`;
}

test("there are Elixir projects", () => {
  expect(projects).toContain("ai_client");
});

describe.skipIf(Bun.which("mix") === null).each(projects)("elixir/%s (needs elixir)", (project) => {
  test("is formatted", () => {
    expect(runMix(project, ["format", "--check-formatted"])).toBe("");
  });

  test(
    "compiles without warnings and passes its tests",
    () => {
      expect(runMix(project, ["compile", "--force", "--warnings-as-errors"], { MIX_ENV: "test" })).toBe("");
      expect(runMix(project, ["test"], { MIX_ENV: "test" })).toBe("");
    },
    TIMEOUT_MS,
  );
});
