import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runCommand } from "../support/deploy/run-command.ts";
import { findFreePort } from "../support/find-free-port.ts";
import { untilHealthy } from "../support/until.ts";

const root = resolve(import.meta.dir, "../..");
const nix = Bun.which("nix");
const systems = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];
const runsHere = nix !== null && process.platform === "linux";

/** It fetches dependencies, and compiles. */
setDefaultTimeout(300_000);

/** What the flake reads; the rest of a checkout would only be copied. */
const sources = [
  "flake.nix",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "src",
  "pages",
  "scripts/pages",
  "scripts/deploy/start-oneshot",
  "elixir",
];

describe("flake.nix, with a stand-in for nixpkgs", () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "flake-"));
    for (const path of sources) {
      cpSync(join(root, path), join(folder, "flake", path), {
        recursive: true,
        filter: (source) => !/\/(_build|deps|node_modules)(\/|$)/.test(source),
      });
    }
    // A store of its own, so that no daemon, no right and no other use of Nix on this machine
    // matters.
    env = {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      STAND_IN_BUN: process.execPath,
      NIX_STORE_DIR: join(folder, "store"),
      NIX_STATE_DIR: join(folder, "state"),
      NIX_LOG_DIR: join(folder, "log"),
      NIX_CONF_DIR: join(folder, "conf"),
      NIX_CONFIG:
        "experimental-features = nix-command flakes\nsandbox = false\nbuild-users-group =\nsubstituters =",
    };
    for (const name of ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "NIX_SSL_CERT_FILE"]) {
      const value = process.env[name];
      if (value !== undefined) env[name] = value;
    }
  });
  afterAll(() => {
    // What is in a store cannot be written to.
    runCommand(["chmod", "-R", "u+w", folder], { env: { PATH: process.env.PATH ?? "" } });
    rmSync(folder, { recursive: true, force: true });
  });

  function run(...args: string[]) {
    const standIn = `path:${join(root, "test/fixtures/nixpkgs-stand-in")}`;
    const result = runCommand(
      [
        nix ?? "",
        ...args,
        "--impure",
        "--no-write-lock-file",
        "--override-input",
        "nixpkgs",
        standIn,
      ],
      {
        cwd: join(folder, "flake"),
        env,
      },
    );
    if (result.code !== 0) throw new Error(result.err);
    return result;
  }

  test.skipIf(!runsHere)("has its packages, apps and shell for four systems (needs nix)", () => {
    const outputs: unknown = JSON.parse(run("flake", "show", "--json", "path:.").out);
    const names = ["ai-server", "default", "oneshot-integrated"];
    const each = (members: string[], type: string) =>
      Object.fromEntries(
        systems.map((system) => [
          system,
          Object.fromEntries(members.map((name) => [name, expect.objectContaining({ type })])),
        ]),
      );
    expect(outputs).toEqual({
      packages: each(names, "derivation"),
      apps: each(names, "app"),
      devShells: each(["default"], "derivation"),
    });
  });

  test.skipIf(!runsHere)("passes nix flake check (needs nix)", () => {
    run("flake", "check", "--no-build", "path:.");
  });

  test.skipIf(!runsHere)(
    "has the hash of the dependencies, and makes an AI server that answers (needs nix)",
    async () => {
      run("build", "path:.#ai-server", "--out-link", join(folder, "result"));
      const port = findFreePort();
      const server = Bun.spawn([join(folder, "result/bin/ai-server")], {
        env: { PATH: env.PATH, PORT: String(port), HOST: "127.0.0.1", NODE_ENV: "production" },
        stdio: ["ignore", "ignore", "inherit"],
      });
      try {
        await untilHealthy(`http://127.0.0.1:${port}`);
      } finally {
        server.kill("SIGTERM");
        expect(await server.exited).toBe(0);
      }
    },
  );

  test.skipIf(!runsHere || !existsSync(join(root, "elixir/web")) || !Bun.which("mix"))(
    "makes bin/start-oneshot, bin/web and bin/ai-server, which run together (needs nix and elixir)",
    async () => {
      run("build", "path:.#oneshot-integrated", "--out-link", join(folder, "integrated"));
      for (const name of ["start-oneshot", "web", "ai-server"])
        expect(existsSync(join(folder, "integrated/bin", name))).toBe(true);
      const port = findFreePort();
      const oneshot = Bun.spawn([join(folder, "integrated/bin/start-oneshot")], {
        env: {
          ...env,
          PORT: String(port),
          AI_SERVER_PORT: String(findFreePort()),
          NODE_ENV: "production",
        },
        stdio: ["ignore", "ignore", "inherit"],
      });
      try {
        await untilHealthy(`http://127.0.0.1:${port}`);
      } finally {
        oneshot.kill("SIGTERM");
        expect(await oneshot.exited).toBe(0);
      }
    },
  );
});

test("the flake has nixpkgs as its only input, and Dockerfile.nix builds its package", () => {
  const flake = readFileSync(join(root, "flake.nix"), "utf8");
  expect(flake.match(/^ {2}inputs\./gm)).toHaveLength(1);
  expect(readFileSync(join(root, "Dockerfile.nix"), "utf8")).toContain("path:.#ai-server");
});
