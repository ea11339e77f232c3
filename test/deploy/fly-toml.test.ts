import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import { checkFlyToml } from "../support/deploy/check-fly-toml.ts";

const root = resolve(import.meta.dir, "../..");
const read = (name: string) => readFileSync(resolve(root, name), "utf8");

const flySchema = z.object({
  app: z.string(),
  primary_region: z.string(),
  kill_signal: z.string(),
  kill_timeout: z.string(),
  build: z.object({ dockerfile: z.string() }),
  env: z.record(z.string(), z.string()),
  processes: z.unknown().optional(),
  mounts: z.array(z.object({ source: z.string(), destination: z.string() })).default([]),
  http_service: z.object({
    internal_port: z.number(),
    min_machines_running: z.number(),
    http_options: z.object({ idle_timeout: z.number() }),
    checks: z.array(z.object({ path: z.string(), timeout: z.string() })),
  }),
});
const parse = (name: string) => flySchema.parse(Bun.TOML.parse(read(name)));
const seconds = (duration: string) => Number(/^(\d+)s$/.exec(duration)?.[1]);

describe.each(["fly.toml", "fly-integrated.toml"])("%s", (name) => {
  const fly = parse(name);

  test("has only keys that Fly knows, with their types", () => {
    expect(checkFlyToml(read(name))).toEqual([]);
  });

  test("names a Dockerfile that is there and listens on its port", () => {
    expect(existsSync(resolve(root, fly.build.dockerfile))).toBe(true);
    expect(read(fly.build.dockerfile)).toContain(`EXPOSE ${fly.http_service.internal_port}\n`);
    expect(fly.env.PORT).toBe(String(fly.http_service.internal_port));
  });

  test("stops by SIGTERM, since a BEAM given SIGINT does not drain, within Fly's limit of 300 s", () => {
    expect(fly.kill_signal).toBe("SIGTERM");
    expect(seconds(fly.kill_timeout)).toBeLessThanOrEqual(300);
  });

  test("leaves a silent stream open far longer than the heartbeat's pause", () => {
    expect(fly.http_service.http_options.idle_timeout).toBeGreaterThanOrEqual(60);
  });

  test("has no process groups, which would be Machines of their own", () => {
    expect(fly.processes).toBeUndefined();
  });

  test("asks /health", () => {
    expect(fly.http_service.checks.map((check) => check.path)).toEqual(["/health"]);
  });
});

describe("the time to stop", () => {
  test("of the integrated app holds both drains, one after the other", () => {
    const drain = Number(/DRAIN_SECONDS:-(\d+)/.exec(read("scripts/deploy/start-oneshot"))?.[1]);
    const grace =
      Number(/SHUTDOWN_GRACE_MS` \| `(\d+)`/.exec(read("docs/configuration.md"))?.[1]) / 1000;
    expect(drain).toBeGreaterThan(0);
    expect(seconds(parse("fly-integrated.toml").kill_timeout)).toBeGreaterThanOrEqual(
      drain + grace + 10,
    );
  });

  test("of the AI server holds its drain", () => {
    const fly = parse("fly.toml");
    expect(seconds(fly.kill_timeout)).toBeGreaterThan(Number(fly.env.SHUTDOWN_GRACE_MS) / 1000);
  });
});

test("the two are the apps, the region and the volume of the deployment document", () => {
  expect(parse("fly.toml").app).toBe("oneshot-ai-providers");
  const integrated = parse("fly-integrated.toml");
  expect(integrated).toMatchObject({ app: "oneshot", primary_region: "iad" });
  expect(integrated.mounts).toEqual([{ source: "oneshot_data", destination: "/data" }]);
  expect(integrated.env.AI_SERVER_URL).toBe("http://localhost:3000");
});

describe("the check itself", () => {
  test.each([
    ['kil_signal = "SIGTERM"', "kil_signal: no such key"],
    ["kill_signal = 15", "kill_signal: must be string"],
    ['kill_timeout = "soon"', "kill_timeout: must be duration"],
    ['[http_service]\ninternal_port = "8080"', "http_service.internal_port: must be int"],
    [
      '[http_service]\nauto_stop_machines = "never"',
      "http_service.auto_stop_machines: must be fly.MachineAutostop",
    ],
    [
      "[http_service.http_options]\nidle_timeout = -1",
      "http_service.http_options.idle_timeout: must be uint32",
    ],
    ["[env]\nPORT = 8080", "env.PORT: must be string"],
    ['[[vm]]\nmemori = "1gb"', "vm[0].memori: no such key"],
    ['[[restart]]\npolicy = "sometimes"', "restart[0].policy: must be appconfig.RestartPolicy"],
    ['[[app]]\nname = "x"', "app: must not be a list"],
    ['http_service = "8080"', "http_service: must be table"],
  ])("finds %j", (text, problem) => {
    expect(checkFlyToml(text)).toEqual([problem]);
  });
});
