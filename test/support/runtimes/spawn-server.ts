import { tmpdir } from "node:os";
import { findFreePort } from "../find-free-port.ts";
import type { RunningServer, Runtime } from "./runtime.ts";

/** Longest time that a server may take to answer its first request, on a busy machine. */
const START_MS = 60_000;

async function isUp(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a program that listens on PORT and waits until it answers. It sees these variables and no
 * others, neither of this process nor of an `.env` file (so the working directory is not the
 * project's).
 */
export async function spawnServer(
  runtime: Runtime,
  command: string[],
  env: Record<string, string>,
): Promise<RunningServer> {
  const port = findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const child = Bun.spawn(command, {
    cwd: tmpdir(),
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      NO_COLOR: "1",
      HOST: "127.0.0.1",
      ...env,
      PORT: String(port),
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let logs = "";
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new TextDecoder();
    const write = (bytes: Uint8Array): void => {
      logs += decoder.decode(bytes, { stream: true });
    };
    stream.pipeTo(new WritableStream({ write }));
  }
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    child.kill("SIGKILL");
    await child.exited;
  };
  const deadline = performance.now() + START_MS;
  while (!(await isUp(url))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`the server on ${runtime} did not start:\n${logs}`);
    }
    await Bun.sleep(20);
  }
  const died = () => !stopping && (child.exitCode !== null || child.signalCode !== null);
  return { runtime, url, pid: child.pid, died, logs: () => logs, stop };
}
