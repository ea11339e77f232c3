import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleWorker } from "../../scripts/deploy/bundle-worker.ts";
import { checkWorker } from "../../scripts/deploy/check-worker.ts";
import { createStandInTools } from "../support/deploy/stand-in-tools.ts";
import { findFreePort } from "../support/find-free-port.ts";
import { until } from "../support/until.ts";

const root = resolve(import.meta.dir, "../..");
/** wrangler bundles in each of these. */
const TIMEOUT_MS = 180_000;

describe("wrangler.toml", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "worker-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(
    "gives wrangler nothing to warn of",
    async () => {
      expect(await checkWorker()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "would not pass with a key that wrangler does not know",
    async () => {
      const config = readFileSync(join(root, "wrangler.toml"), "utf8")
        .replaceAll("dist/", `${root}/dist/`)
        .replace("\n[build]\n", `\n[build]\ncwd = "${root}"\n`);
      const file = join(folder, "wrangler.toml");
      writeFileSync(file, `${config}\n[observabilty]\nenabled = true\n`);
      const problems = await checkWorker(file);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain('"observabilty"');
    },
    TIMEOUT_MS,
  );

  test(
    "makes a Worker that starts with under 108 KiB gzip and needs none of Node's modules",
    async () => {
      const { start, whole, foreign } = await bundleWorker(join(folder, "out"));
      expect(start.gzipBytes).toBeGreaterThan(20 * 1024);
      expect(start.gzipBytes).toBeLessThan(108 * 1024);
      expect(whole.gzipBytes).toBeLessThan(246 * 1024);
      expect(foreign).toEqual(["cloudflare:workers"]);
      // OpenTelemetry and the API's description wait until they are needed.
      for (const text of ["OTEL_BSP_SCHEDULE_DELAY", "#/components/schemas/"]) {
        expect(start.code).not.toContain(text);
        expect(whole.code).toContain(text);
      }
    },
    TIMEOUT_MS,
  );

  test("keeps logs, and holds no secret", () => {
    const config = Bun.TOML.parse(readFileSync(join(root, "wrangler.toml"), "utf8"));
    expect(config).toMatchObject({
      observability: { enabled: true },
      main: "dist/worker/workers.js",
    });
    expect(config).not.toHaveProperty("vars");
  });
});

test(
  "npm run dev:workers stops wrangler when it is asked to stop",
  async () => {
    const tools = createStandInTools();
    try {
      const has = (name: string) => existsSync(join(tools.folder, name));
      const note = (name: string) => `touch '${join(tools.folder, name)}'`;
      tools.add(
        "node",
        `[ "$1" != --version ] || { echo v24.0.0; exit; }
trap '${note("asked").replaceAll("'", '"')}; exit 0' TERM
${note("up")}
for _ in {1..600}; do sleep 0.1; done`,
      );
      const dev = Bun.spawn([process.execPath, "scripts/dev/dev-workers.ts"], {
        cwd: root,
        env: { PATH: tools.path, HOME: tools.folder, PORT: String(findFreePort()) },
        stdio: ["ignore", "ignore", "inherit"],
      });
      await until("wrangler is up", () => has("up"));
      dev.kill("SIGTERM");
      expect(await dev.exited).toBe(0);
      expect(has("asked")).toBe(true);
    } finally {
      tools.remove();
    }
  },
  TIMEOUT_MS,
);
