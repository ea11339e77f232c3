import { expect, test } from "bun:test";
import { resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

/**
 * The projects' tests start servers and wait for streams, play ../shared/vectors if they are there,
 * and may run on two versions of Elixir.
 */
const TIMEOUT_MS = 1_500_000;

test.skipIf(Bun.which("mix") === null)(
  "the Elixir projects are formatted, compile without warnings and pass their tests (needs elixir)",
  () => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "scripts/test/test-elixir.sh"], {
      cwd: root,
    });
    const output = stdout.toString();
    if (exitCode !== 0) throw new Error(`${output}\n${stderr}`);
    expect(output.trimEnd().split("\n").at(-1)).toMatch(/^[1-9]\d* passed, 0 failed$/);
  },
  TIMEOUT_MS,
);
