import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "./find-free-port.ts";

/** A server of one's own, by its command: `redis-server`, or Valkey's. */
const COMMAND = process.env.TEST_REDIS_SERVER ?? "redis-server";

export const hasRedis = Bun.which(COMMAND) !== null;

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Starts it again after it was killed, with what it has on disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Redis that keeps an append-only file, and waits until it answers. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const port = findFreePort();
  const url = `redis://127.0.0.1:${port}`;

  async function spawn() {
    const options = ["--port", String(port), "--dir", folder, "--save", "", "--bind", "127.0.0.1"];
    const durable = ["--appendonly", "yes", "--appendfsync", "everysec"];
    const child = Bun.spawn([COMMAND, ...options, ...durable], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    const deadline = performance.now() + 20_000;
    while (!(await answers(url))) {
      if (performance.now() > deadline) throw new Error("redis-server did not start");
      await Bun.sleep(20);
    }
    return child;
  }

  let child = await spawn();
  return {
    url,
    get pid() {
      return child.pid;
    },
    kill: (signal) => child.kill(signal),
    async restart() {
      child.kill("SIGKILL");
      await child.exited;
      child = await spawn();
    },
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new Bun.RedisClient(url, { autoReconnect: false, connectionTimeout: 500 });
  try {
    await client.connect();
    return (await client.send("PING", [])) === "PONG";
  } catch {
    return false;
  } finally {
    client.close();
  }
}
