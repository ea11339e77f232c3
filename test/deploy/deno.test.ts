import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { findFreePort } from "../support/find-free-port.ts";
import { untilHealthy } from "../support/until.ts";

const root = resolve(import.meta.dir, "../..");

test("deno.json names the entry file that is there", () => {
  const { deploy } = z
    .object({
      deploy: z.object({
        runtime: z.object({ entrypoint: z.string() }),
        include: z.array(z.string()),
      }),
    })
    .parse(JSON.parse(readFileSync(join(root, "deno.json"), "utf8")));
  expect(existsSync(join(root, deploy.runtime.entrypoint))).toBe(true);
  for (const path of deploy.include) expect(existsSync(join(root, path))).toBe(true);
});

describe("on Deno Deploy without a JWT key", () => {
  test.each([["DENO_DEPLOY"], ["DENO_DEPLOYMENT_ID"]])(
    "%s: no development mode, no token in the log, /chat closed",
    async (name) => {
      const port = findFreePort();
      const server = Bun.spawn(
        [
          join(root, "node_modules/.bin/deno"),
          "run",
          "--allow-net",
          "--allow-env",
          "--no-check",
          "--cached-only",
          "src/runtimes/deno.ts",
        ],
        {
          cwd: root,
          env: {
            PATH: process.env.PATH,
            HOME: process.env.HOME,
            PORT: String(port),
            HOST: "127.0.0.1",
            [name]: "1",
          },
          stdin: "ignore",
          stdout: "pipe",
          stderr: "inherit",
        },
      );
      try {
        const url = `http://127.0.0.1:${port}`;
        await untilHealthy(url);
        const answer = await fetch(`${url}/chat`, {
          method: "POST",
          body: "{}",
          headers: { "content-type": "application/json" },
        });
        expect(answer.status).toBe(503);
      } finally {
        server.kill("SIGTERM");
        await server.exited;
      }
      expect(await new Response(server.stdout).text()).not.toContain("development mode");
    },
    120_000,
  );
});
