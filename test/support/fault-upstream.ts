import { createServer, type Socket } from "node:net";
import { FAULTS, LEAK } from "./faults.ts";
import { until } from "./until.ts";

/** An upstream of the Messages API that breaks in the way that was chosen. */
export interface FaultUpstream {
  readonly url: string;
  /** The fault by which the next requests are answered, by its name in `FAULTS`. */
  scenario: string;
  /** Waits until no connection is open. */
  untilClosed(): Promise<void>;
  /** Whether the redirect was followed to its target. */
  followedRedirect(): boolean;
  stop(): Promise<void>;
}

/** Whether the bytes read so far are a whole request. */
function isWhole(text: string): boolean {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return false;
  const length = /^content-length: *(\d+)/im.exec(text)?.[1];
  return length === undefined
    ? !/^transfer-encoding:/im.test(text) || text.endsWith("0\r\n\r\n")
    : text.length >= headEnd + 4 + Number(length);
}

export async function startFaultUpstream(): Promise<FaultUpstream> {
  const open = new Set<Socket>();
  let followed = false;
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => open.delete(socket));
    let received = "";
    let begun = false;
    socket.on("data", (bytes: Buffer) => {
      received += bytes.toString("latin1");
      if (begun || !isWhole(received)) return;
      begun = true;
      const leaks = received.split(" ")[1]?.startsWith(`/${LEAK}/`) === true;
      followed ||= leaks;
      const fault = FAULTS[leaks ? LEAK : upstream.scenario];
      if (!fault) throw new Error(`there is no fault ${upstream.scenario}`);
      void fault(socket, upstream.url);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("the fault upstream has no port");

  const upstream: FaultUpstream = {
    url: `http://127.0.0.1:${address.port}`,
    scenario: "ok",
    untilClosed: () => until("no connection to the upstream is open", () => open.size === 0),
    followedRedirect: () => followed,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
  return upstream;
}
