import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { findFreePort } from "./find-free-port.ts";
import { until } from "./until.ts";
import { faultProgram } from "./vectors.ts";

/** An upstream that breaks in the way that was chosen: the vectors' fault server, behind one address. */
export interface FaultUpstream {
  readonly url: string;
  /** The scenario that answers the next requests. */
  scenario: string;
  /** How many connections came in since the last look. */
  takeConnections(): number;
  /** Waits until no connection is open. */
  untilClosed(): Promise<void>;
  /** What the fault server wrote: it says when a redirect was followed. */
  output(): string;
  stop(): Promise<void>;
}

async function startFaultServer(): Promise<{
  port: number;
  output(): string;
  stop(): Promise<void>;
}> {
  const port = findFreePort();
  const child = Bun.spawn([process.execPath, faultProgram], {
    cwd: tmpdir(),
    env: { PORT: String(port) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  let output = "";
  const decoder = new TextDecoder();
  const write = (bytes: Uint8Array): void => {
    output += decoder.decode(bytes, { stream: true });
  };
  child.stdout.pipeTo(new WritableStream({ write }));
  await until("the fault server listens", () => output.includes("faultd"));
  return {
    port,
    output: () => output,
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

/** The fault server closes each connection after its answer without saying so; a caller that kept it for the next call would meet that instead. */
function sayClose(first: Buffer): Buffer {
  const head = first.toString("latin1");
  return head.startsWith("HTTP/1.1 103") || /^connection:/im.test(head)
    ? first
    : Buffer.from(head.replace("\r\n", "\r\nconnection: close\r\n"), "latin1");
}

/** Passes bytes and ends on, in both directions; a reset stays a reset. */
function join(
  from: Socket,
  to: Socket,
  changeFirst: (first: Buffer) => Buffer = (first) => first,
): void {
  let change = changeFirst;
  from.on("data", (read: Buffer) => {
    const bytes = change(read);
    change = (unchanged) => unchanged;
    if (to.writable && !to.write(bytes)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
  });
  from.on("end", () => to.end());
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => to.destroySoon());
}

export async function startFaultUpstream(): Promise<FaultUpstream> {
  const faults = await startFaultServer();
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (caller) => {
    connections += 1;
    open.add(caller);
    caller.on("close", () => open.delete(caller));
    caller.on("error", () => open.delete(caller));
    caller.once("data", (first: Buffer) => {
      const upstream = connect({ host: "127.0.0.1", port: faults.port, noDelay: true });
      // The scenario is the first segment of the path.
      const head = first
        .toString("latin1")
        .replace(/^([A-Z]+) \//, `$1 /${faultUpstream.scenario}/`);
      upstream.write(Buffer.from(head, "latin1"));
      join(caller, upstream);
      join(upstream, caller, sayClose);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("the fault upstream has no port");

  const faultUpstream: FaultUpstream = {
    url: `http://127.0.0.1:${address.port}`,
    scenario: "ok",
    takeConnections() {
      const count = connections;
      connections = 0;
      return count;
    },
    untilClosed: () => until("no connection to the upstream is open", () => open.size === 0),
    output: faults.output,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await faults.stop();
    },
  };
  return faultUpstream;
}
