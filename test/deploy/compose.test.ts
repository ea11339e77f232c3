import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";

const root = resolve(import.meta.dir, "../..");

const serviceSchema = z.object({
  build: z.union([z.string(), z.object({ context: z.string(), dockerfile: z.string() })]),
  command: z.array(z.string()).optional(),
  user: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ interval: z.string() }).optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  stop_grace_period: z.string(),
});
const storeSchema = z.object({
  profiles: z.array(z.string()),
  command: z.array(z.string()),
  volumes: z.array(z.string()),
  ports: z.never().optional(),
});
const { services } = z
  .object({
    services: z.object({ web: serviceSchema, "ai-server": serviceSchema, store: storeSchema }),
  })
  .parse(Bun.YAML.parse(readFileSync(join(root, "compose.yaml"), "utf8")));

test("compose.yaml publishes the web app's port on loopback only, and the AI server's not at all", () => {
  expect(services.web.ports).toEqual(["127.0.0.1:8080:8080"]);
  expect(services["ai-server"].ports).toEqual([]);
});

test("both have the key that the caller must set, and time to drain", () => {
  for (const { environment, stop_grace_period } of [services.web, services["ai-server"]]) {
    expect(environment.JWT_SECRET).toStartWith("${JWT_SECRET:?");
    expect(Number.parseInt(stop_grace_period, 10)).toBeGreaterThanOrEqual(45);
  }
});

test("the web app runs alone in its image, without root, and finds the AI server by its name and port", () => {
  const { build, command, user, environment } = services.web;
  expect(build).toEqual({ context: ".", dockerfile: "Dockerfile.integrated" });
  expect(existsSync(join(root, "Dockerfile.integrated"))).toBe(true);
  expect(command).toEqual(["web"]);
  expect(user).toBe("1000:1000");
  expect(environment.AI_SERVER_URL).toBe("http://ai-server:8080");
  expect(readFileSync(join(root, "Dockerfile"), "utf8")).toContain("PORT=8080");
});

test("a store is there on request, keeps what it has on disk, and is the AI server's alone", () => {
  expect(services.store).toMatchObject({
    profiles: ["store"],
    command: ["valkey-server", "--appendonly", "yes"],
    volumes: ["store:/data"],
  });
  expect(services["ai-server"].environment.REDIS_URL).toStartWith("${REDIS_URL:-");
});

test("the web app does not wait half a minute for the AI server's first check", () => {
  expect(
    Number.parseInt(services["ai-server"].healthcheck?.interval ?? "30s", 10),
  ).toBeLessThanOrEqual(5);
});

test("Procfile, Dockerfiles and lockfile agree on the versions and ports that they repeat", () => {
  const read = (name: string) => readFileSync(join(root, name), "utf8");
  const { devDependencies } = z
    .object({ devDependencies: z.object({ bun: z.string() }) })
    .parse(JSON.parse(read("package.json")));
  for (const name of ["Dockerfile", "Dockerfile.integrated"])
    expect(read(name)).toContain(`ARG BUN_VERSION=${devDependencies.bun}\n`);
  expect(read("Procfile")).toMatch(/^web: .*PORT=8080 AI_SERVER_URL=http:\/\/localhost:3000 /m);
  expect(read("Procfile")).toMatch(/^ai-server: PORT=3000 HOST=127\.0\.0\.1 /m);
});
