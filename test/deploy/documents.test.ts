import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  readAnchors,
  readCodeBlocks,
  readLinks,
  readRecorded,
} from "../support/deploy/read-markdown.ts";
import { runCommand } from "../support/deploy/run-command.ts";
import { addFlyctl } from "../support/deploy/stand-in-flyctl.ts";
import { createStandInTools, type StandInTools } from "../support/deploy/stand-in-tools.ts";
import { findFreePort } from "../support/find-free-port.ts";
import { untilHealthy } from "../support/until.ts";

const root = resolve(import.meta.dir, "../..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const documents = ["DEPLOYMENT_OPTIONS.md", "FLY_DEPLOYMENT.md", "ARCHITECTURE.md"];

/**
 * What the documents may ask of flyctl, with the options that it has for that (flyctl's own help).
 */
const FLYCTL: Readonly<Record<string, readonly string[]>> = {
  "auth whoami": [],
  "apps list": ["--quiet"],
  "apps create": [],
  "volumes list": ["--app"],
  "volumes create": ["--size", "--region", "--app", "--yes"],
  "secrets import": ["--stage", "--app"],
  "secrets set": ["--app"],
  "secrets list": ["--app"],
  "secrets deploy": ["--app"],
  deploy: ["--config", "--app", "--ha", "--no-public-ips"],
  status: ["--app"],
  logs: ["--app"],
  "checks list": ["--app"],
  "machine restart": ["--app"],
  "ips allocate-v6": ["--private", "--app"],
  "scale memory": ["--app"],
  "scale count": ["--app", "--region", "--yes"],
};

setDefaultTimeout(120_000);

let tools: StandInTools;
let folder: string;
beforeEach(() => {
  tools = createStandInTools();
  folder = join(tools.folder, "checkout");
  mkdirSync(folder);
  for (const path of ["scripts", "fly.toml", "fly-integrated.toml", "package.json", ".gitignore"]) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  addFlyctl(tools);
  tools.add("gh", "echo gho_canary");
  tools.add("curl");
  tools.add("docker");
  tools.add("foreman");
  tools.add("npx", '[ "$*" = "wrangler secret put JWT_SECRET" ] || [ -e "$4" ]');
  tools.add("npm", `grep -q "\\"\${2:-$1}\\": " '${root}/package.json'`);
  tools.add("nix", 'mkdir -p result/bin && cp "$(command -v gh)" result/bin/start-oneshot');
});
afterEach(() => tools.remove());

function run(block: string) {
  return runCommand(["bash", "-euo", "pipefail", "-c", block], {
    cwd: folder,
    env: {
      HOME: tools.folder,
      PATH: tools.path,
      CLAUDE_ACCESS_TOKEN: "sk-ant-oat01-canary",
      CURSOR_API_KEY: "canary",
      GOOGLE_APPLICATION_CREDENTIALS: join(tools.folder, "key.json"),
      HEALTH_PAUSE: "0",
    },
  });
}

describe.each(documents)("%s", (name) => {
  test("has commands that run, one after the other, and ask of flyctl what it can do", () => {
    writeFileSync(join(tools.folder, "key.json"), '{"type":"service_account"}');
    for (const block of readCodeBlocks(read(name), "bash")) {
      // Each block is for somebody who begins with it.
      if (block.includes("apps create"))
        runCommand(["rm", "-rf", join(tools.folder, ".fly")], { env: { PATH: tools.path } });
      const { code, err } = run(block);
      expect({ block, code, err }).toMatchObject({ code: 0 });
    }
    for (const call of tools.calls().filter((line) => line.startsWith("flyctl "))) {
      const words = call.split(" ").slice(1);
      const command = [words.slice(0, 2).join(" "), words[0] ?? ""].find(
        (candidate) => candidate in FLYCTL,
      );
      expect({ call, command }).toMatchObject({ command: expect.any(String) });
      const allowed = FLYCTL[command ?? ""] ?? [];
      for (const option of words.filter((word) => word.startsWith("--"))) {
        if (!allowed.includes(option.replace(/=.*/, "")))
          throw new Error(`${call}: no option ${option}`);
      }
    }
  });

  test("links to what is there", () => {
    for (const link of readLinks(read(name))) {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? name : path;
      expect({ link, there: existsSync(join(root, target)) }).toEqual({ link, there: true });
      if (anchor !== undefined) expect(readAnchors(read(target))).toContain(anchor);
    }
  });

  test("names files that are there", () => {
    const named = [
      ...read(name).matchAll(
        /`((?:scripts|test|src|docs|elixir|bridges)\/[\w./-]*|[\w-]+\.(?:toml|nix|yaml)|Dockerfile[\w.]*|Procfile)`/g,
      ),
    ];
    for (const [, path = ""] of named)
      expect({ path, there: existsSync(join(root, path)) }).toEqual({ path, there: true });
  });
});

describe("the recorded calls in FLY_DEPLOYMENT.md", () => {
  test.each([
    ["deploy-fly.sh --integrated", "--integrated"],
    ["deploy-fly.sh oneshot-ai-providers", "oneshot-ai-providers"],
  ])("are those of %s", (name, argument) => {
    writeFileSync(join(folder, ".env.fly"), "GH_TOKEN=gho_canary\n");
    expect(run(`scripts/deploy-fly.sh ${argument}`).code).toBe(0);
    expect(tools.calls()).toEqual(readRecorded(read("FLY_DEPLOYMENT.md"), name));
  });
});

test("the entry file for any Fetch host is an AI server", async () => {
  const [code = ""] = readCodeBlocks(read("DEPLOYMENT_OPTIONS.md"), "ts");
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(13);
  const file = join(tools.folder, "entry.ts");
  writeFileSync(file, code.replaceAll('"./src/', `"${root}/src/`));
  chmodSync(file, 0o600);
  const port = findFreePort();
  const server = Bun.spawn([process.execPath, file], {
    env: {
      PATH: process.env.PATH,
      BUN_PORT: String(port),
      PORT: String(port),
      NODE_ENV: "production",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    await untilHealthy(`http://127.0.0.1:${port}`);
    const chat = await fetch(`http://127.0.0.1:${port}/chat`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(chat.status).toBe(503);
  } finally {
    server.kill();
    await server.exited;
  }
});
