import { afterAll, beforeAll, expect, test } from "bun:test";
import { mintToken } from "../../src/auth/mint-token.ts";
import {
  type Container,
  podman,
  readImageSize,
  readMemory,
  report,
  runContainer,
} from "../support/deploy/container.ts";
import { until } from "../support/until.ts";

const image = process.env.AI_SERVER_IMAGE ?? "localhost/ai-server:test";
const secret = "0123456789abcdef0123456789abcdef";

let container: Container;
beforeAll(async () => {
  container = await runContainer(image, [
    "--read-only",
    "--cap-drop",
    "all",
    "-e",
    `JWT_SECRET=${secret}`,
  ]);
});
afterAll(() => container.remove());

async function chat(body: Record<string, unknown>): Promise<Response> {
  const token = await mintToken({
    secret,
    issuer: "oneshot",
    audience: "ai-server",
    subject: "test",
    lifetimeSeconds: 60,
    now: Date.now(),
  });
  return fetch(`${container.url}/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      provider: "echo",
      messages: [{ role: "user", content: "one two three four" }],
      ...body,
    }),
  });
}

test("starts and answers on a read-only file system without any capability", async () => {
  report("AI server image", `${await readImageSize(image)} MB`);
  report("AI server, run to first answer", `${container.readyMs.toFixed(0)} ms`);
  const answer = await chat({});
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ text: "one two three four" });
  const memory = await readMemory(container);
  report("AI server, memory", JSON.stringify(memory));
  expect(memory.bun ?? 999).toBeLessThan(200);
});

test("runs as a user who cannot change the program", async () => {
  expect(await container.exec("id", "-u")).toBe("1000");
  expect(await container.exec("sh", "-c", "[ -w /app/bun.js ] || [ -w /app ] || echo no")).toBe(
    "no",
  );
});

test("is healthy by the image's own check", async () => {
  const name = `ai-server-test-${new URL(container.url).port}`;
  await until(
    "the check passes",
    async () => (await podman("healthcheck", "run", name)).code === 0,
  );
});

test("holds nothing of the repository but the bundle", async () => {
  const names = (await container.exec("ls", "/app")).split("\n");
  // The program, its bytecode and its source map.
  expect(names.filter((name) => !/^[\w-]+\.js(\.jsc|\.map)?$|^pages$/.test(name))).toEqual([]);
  expect(names).toContain("bun.js");
});

test("drains a stream after SIGTERM and ends with 0", async () => {
  const answer = await chat({ model: "echo-slow", stream: true });
  const code = container.stop(60);
  const text = await answer.text();
  expect(text).toContain("event: done");
  expect(text).toContain('"complete":true');
  expect(await code).toBe(0);
});
