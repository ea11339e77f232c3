import { resolve } from "node:path";
import { findFreePort } from "../find-free-port.ts";
import { until } from "../until.ts";

const settings = resolve(import.meta.dir, "../../../scripts/deploy/images/settings.sh");

/**
 * Waits until a container has written this; programs write their logs in pieces, some time after.
 */
export async function waitForLog(container: Container, text: string): Promise<void> {
  await until(`the container says "${text}"`, async () => (await container.logs()).includes(text));
}

/**
 * podman with the storage of scripts/deploy/images, without its warning that systemd cannot run
 * health checks.
 */
export async function podman(...args: string[]): Promise<{ code: number; out: string }> {
  const child = Bun.spawn(
    ["bash", "-c", `source '${settings}'; run_podman "$@"`, "bash", ...args],
    {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return {
    code,
    out: `${out}${err
      .split("\n")
      .filter((line) => !line.includes("systemd"))
      .join("\n")}`.trim(),
  };
}

export interface Container {
  /** The address of the container's port 8080 on this machine. */
  readonly url: string;
  /** From `podman run` to the first good answer of /health. */
  readonly readyMs: number;
  exec(...command: string[]): Promise<string>;
  logs(): Promise<string>;
  /** `docker stop`: SIGTERM, and after that many seconds SIGKILL. Gives back the exit code. */
  stop(seconds: number): Promise<number>;
  /** Waits for the container's own end. */
  exitCode(): Promise<number>;
  remove(): Promise<void>;
}

/** Runs an image and waits until it answers. */
export async function runContainer(
  image: string,
  options: string[] = [],
  command: string[] = [],
): Promise<Container> {
  const port = findFreePort();
  const name = `ai-server-test-${port}`;
  const started = performance.now();
  const { code, out } = await podman(
    ...[
      "run",
      "-d",
      "--name",
      name,
      "--health-interval=disable",
      "-p",
      `127.0.0.1:${port}:8080`,
      ...options,
      image,
      ...command,
    ],
  );
  if (code !== 0) throw new Error(out);
  const url = `http://127.0.0.1:${port}`;
  const container = {
    url,
    async exec(...words: string[]) {
      const { code, out } = await podman("exec", name, ...words);
      if (code !== 0) throw new Error(`${words.join(" ")}: ${code}\n${out}`);
      return out;
    },
    logs: async () => (await podman("logs", name)).out,
    async stop(seconds: number) {
      await podman("stop", "-t", String(seconds), name);
      return container.exitCode();
    },
    exitCode: async () => Number((await podman("wait", name)).out.split("\n").at(-1)),
    remove: async () => {
      await podman("rm", "-f", "-t", "0", name);
    },
  };
  let tries = 0;
  try {
    await until(`${image} answers`, async () => {
      if ((await fetch(`${url}/health`).catch(() => null))?.ok) return true;
      // To ask podman costs more than to ask the container.
      if (
        ++tries % 50 === 0 &&
        (await podman("inspect", "--format", "{{.State.Status}}", name)).out !== "running"
      )
        throw new Error(`${image} has ended`);
      return false;
    });
  } catch (thrown) {
    const logs = await container.logs();
    await container.remove();
    throw new Error(logs, { cause: thrown });
  }
  return { ...container, readyMs: performance.now() - started };
}

/** The ids, in the container, of the processes whose command line holds a text. */
export async function findProcesses(container: Container, text: string): Promise<string[]> {
  // Processes may end while it looks.
  const all = await container.exec(
    "sh",
    "-c",
    'grep -a "" /proc/[0-9]*/cmdline 2>/dev/null || true',
  );
  return all
    .split("\n")
    .filter((line) => line.replaceAll("\0", " ").includes(text))
    .map((line) => line.split("/")[2] ?? "");
}

/** Sends a signal to a process of a container. */
export async function signal(
  container: Container,
  id: string,
  name: "KILL" | "STOP" | "CONT",
): Promise<void> {
  await container.exec("sh", "-c", `kill -${name} ${id}`);
}

/** Resident memory of a container's processes in MiB, by the names of their programs. */
export async function readMemory(container: Container): Promise<Record<string, number>> {
  const text = await container.exec(
    "sh",
    "-c",
    'grep -h -E "^(Name|VmRSS):" /proc/[0-9]*/status 2>/dev/null || true',
  );
  const memory: Record<string, number> = {};
  for (const [, name = "", kib] of text.matchAll(/^Name:\s*(\S+)\nVmRSS:\s*(\d+)/gm)) {
    if (name !== "sh" && name !== "grep")
      memory[name] = Math.round((memory[name] ?? 0) + Number(kib) / 1024);
  }
  return memory;
}

/** Size of an image on disk, in MB, as podman counts it. */
export async function readImageSize(image: string): Promise<number> {
  const { out } = await podman("image", "inspect", "--format", "{{.Size}}", image);
  return Math.round(Number(out) / 1e6);
}

/** Says a measured figure in the test's output. */
export function report(what: string, figure: string): void {
  console.log(`figure: ${what}: ${figure}`);
}
