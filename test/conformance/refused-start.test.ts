import { afterAll, describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");
const COMMANDS = {
  bun: [process.execPath, resolve(root, "src/runtimes/bun.ts")],
  deno: [
    resolve(root, "node_modules/.bin/deno"),
    ...["run", "--allow-net", "--allow-env", "--no-check", "--cached-only"],
    resolve(root, "src/runtimes/deno.ts"),
  ],
} as const;

/** Willing to share its port, as a second server of ours must not be. */
const taken = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  reusePort: true,
  fetch: () => new Response(),
});
afterAll(() => taken.stop());

async function start(command: readonly string[], env: Record<string, string>) {
  const child = Bun.spawn([...command], {
    cwd: tmpdir(),
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      NO_COLOR: "1",
      LOG_LEVEL: "off",
      PORT: "0",
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [printed, complaint, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { printed, complaint, code };
}

describe.each(["bun", "deno"] as const)(
  "%s refuses to start, with one line that says why",
  (runtime) => {
    test.each([
      [
        "a port that is taken",
        { PORT: String(taken.port) },
        `port ${taken.port} (PORT) of 127.0.0.1 (HOST). Set PORT to a free port`,
      ],
      [
        "an address that is not here",
        { HOST: "203.0.113.7", JWT_SECRET: "k1-secret-0123456789abcdef0123456789abcdef" },
        "(HOST)",
      ],
      ["a number that is none", { MAX_BODY_BYTES: "plenty" }, "MAX_BODY_BYTES"],
      ["a short secret", { JWT_SECRET: "secret" }, "JWT_SECRET"],
    ])("%s", async (_what, env, says) => {
      const { printed, complaint, code } = await start(COMMANDS[runtime], env);
      expect(code).toBe(1);
      expect(complaint.trimEnd().split("\n")).toEqual([expect.stringContaining(says)]);
      expect(printed).toBe("");
    });
  },
);
