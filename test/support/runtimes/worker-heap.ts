import * as z from "zod";

/** The heap of a Worker, seen through workerd's inspector. */
interface WorkerHeap {
  /**
   * Bytes in use after a collection. The inspector answers only while the Worker serves requests.
   * Rejects once the inspector has gone.
   */
  measure(): Promise<number>;
  close(): void;
}

const targetsSchema = z.array(z.object({ webSocketDebuggerUrl: z.string() }));
const replySchema = z.object({ id: z.optional(z.number()), result: z.optional(z.unknown()) });
const usageSchema = z.object({ usedSize: z.number() });

/**
 * Connects to the inspector of the only Worker that is served with this port. Its protocol is that
 * of V8 (https://chromedevtools.github.io/devtools-protocol/v8/).
 */
export async function openWorkerHeap(inspectorPort: number): Promise<WorkerHeap> {
  const list = await fetch(`http://127.0.0.1:${inspectorPort}/json`);
  const [target] = targetsSchema.parse(await list.json());
  if (!target) throw new Error("workerd's inspector knows no Worker");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let sent = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = replySchema.parse(JSON.parse(String(data)));
    if (id !== undefined) waiting.get(id)?.resolve(result);
  });
  socket.addEventListener("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("workerd's inspector has gone"));
  });

  function ask(method: string): Promise<unknown> {
    const id = ++sent;
    const reply = Promise.withResolvers<unknown>();
    waiting.set(id, reply);
    socket.send(JSON.stringify({ id, method }));
    return reply.promise.finally(() => waiting.delete(id));
  }

  return {
    async measure() {
      // The inspector keeps the last 1,000 lines and exceptions, and with them what they refer to.
      await ask("Runtime.discardConsoleEntries");
      await ask("HeapProfiler.collectGarbage");
      return usageSchema.parse(await ask("Runtime.getHeapUsage")).usedSize;
    },
    close: () => socket.close(),
  };
}
