import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildPages } from "../../scripts/pages/build-pages.ts";
import { createChatClient, TEST_JWT } from "../support/chat-client.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { spawnServer } from "../support/runtimes/spawn-server.ts";

const root = resolve(import.meta.dir, "../..");
/** `bun build …` as `npm run build` calls it. */
const command = /bun build .*(?= --outdir)/.exec(readFileSync(join(root, "package.json"), "utf8"));

let folder: string;
let server: RunningServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-bundle-"));
  const [, ...args] = command?.[0].split(" ") ?? [];
  const build = Bun.spawnSync([process.execPath, ...args, "--outdir", folder], { cwd: root });
  expect(build.exitCode).toBe(0);
  await buildPages(join(folder, "pages"));
  server = await spawnServer("bun", [process.execPath, join(folder, "bun.js")], {
    ...TEST_JWT,
    // Nobody listens there; the packages are loaded all the same.
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    LEDGER_FILE: join(folder, "ledger.db"),
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("npm run build makes a program with its bytecode that does what the source does", async () => {
  expect(existsSync(join(folder, "bun.js.jsc"))).toBe(true);
  const client = await createChatClient(server.url);
  const answer = await client.chat({
    provider: "echo",
    messages: [{ role: "user", content: "Hi" }],
  });
  expect(answer.status).toBe(200);
  expect((await client.send("/dashboard", { token: null })).status).toBe(200);
  expect((await client.send("/openapi.json", { token: null })).status).toBe(200);
  expect(existsSync(join(folder, "ledger.db"))).toBe(true);
});

test.each(["Dockerfile", "Dockerfile.integrated", "flake.nix"])(
  "%s makes the same program",
  (name) => {
    expect(readFileSync(join(root, name), "utf8")).toContain(`${command?.[0]} --outdir`);
  },
);
