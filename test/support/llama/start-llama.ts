import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../find-free-port.ts";
import { createTinyModel } from "./tiny-model.ts";

/** The name under which the model is served. */
export const MODEL = "tiny";
export const KEY = "llama-key-3f9a1c7e5b2d8046";
/** Tokens that one conversation may have. */
export const CONTEXT_TOKENS = 2048;
const SLOTS = 2;
const START_MS = 30_000;

/** A llama-server with the tiny model. */
export interface Llama {
  readonly url: string;
  /** How many answers it is writing now. */
  busySlots(): Promise<number>;
  stop(): Promise<void>;
}

/** Where scripts/test/install-llama-server.sh puts it. */
const root = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "ai-server/llama-server",
);

/**
 * How the server is started, and where a file has to lie for it to be read; undefined if there is
 * none.
 */
function findServer(): { command: string[]; root: string } | undefined {
  const installed = Bun.which("llama-server");
  if (installed) return { command: [installed], root: "/" };
  const isRoot = process.getuid?.() === 0;
  return isRoot && existsSync(join(root, "usr/bin/llama-server"))
    ? { command: ["chroot", root, "llama-server"], root }
    : undefined;
}

export const hasLlama = findServer() !== undefined;

/** `more` are options of llama-server. */
export async function startLlama(more: readonly string[] = []): Promise<Llama> {
  const server = findServer();
  if (!server) throw new Error("there is no llama-server");
  const folder = "/tmp/ai-server-llama";
  const model = `${folder}/tiny-${process.pid}-${Date.now()}.gguf`;
  const modelFile = join(server.root, model);
  mkdirSync(join(server.root, folder), { recursive: true });
  writeFileSync(modelFile, createTinyModel());
  const port = findFreePort();
  const child = Bun.spawn(
    [
      ...server.command,
      ...["--offline", "--no-ui", "-m", model, "--alias", MODEL, "--api-key", KEY],
      ...more,
      ...["--host", "127.0.0.1", "--port", String(port), "-t", "1"],
      // The context is shared out among the slots.
      ...["-c", String(CONTEXT_TOKENS * SLOTS), "-np", String(SLOTS)],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const log = new Response(child.stderr).text();
  const url = `http://127.0.0.1:${port}`;
  async function stop(): Promise<void> {
    child.kill("SIGKILL");
    await child.exited;
    rmSync(modelFile, { force: true });
  }
  const deadline = performance.now() + START_MS;
  while (
    !(await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`llama-server did not start:\n${await log}`);
    }
    await Bun.sleep(20);
  }
  return {
    url,
    async busySlots() {
      const response = await fetch(`${url}/slots`, { headers: { authorization: `Bearer ${KEY}` } });
      const slots: unknown = await response.json();
      if (!Array.isArray(slots)) throw new Error("llama-server tells no slots");
      return slots.filter((slot: { is_processing?: unknown }) => slot.is_processing === true)
        .length;
    },
    stop,
  };
}
