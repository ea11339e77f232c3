// A process that puts loads on servers and measures what they take, so that its own work is not
// attributed to them. It gets jobs by messages and answers each with a `Load`.
import { readProcess } from "../test/support/read-process.ts";
import { type Connection, connect, formatRequest } from "./connection.ts";
import type { Job, Load } from "./load-job.ts";
import { cpuSince, readThreads } from "./read-threads.ts";
import { percentile } from "./statistics.ts";

/** Connections that are opened at once; then a pause, so that no backlog overflows. */
const BURST = 50;
const BURST_PAUSE_MS = 10;
const BEGIN_MS = 20_000;
/** Until what came before is cleared away: the opening of streams, garbage of an earlier load. */
const SETTLE_MS = { calls: 100, streams: 500, probes: 500 };
/** How long is waited for `leastCount` at most. */
const LONGEST_MS = 10_000;
const PROBE_EVERY_MS = 5;

const clock = () => (performance.timeOrigin + performance.now()) * 1000;

interface Window {
  counting: boolean;
  count: number;
  failures: number;
  /** Of calls in milliseconds, of deltas in microseconds. */
  delays: number[];
}

async function openAll(job: Job, use: (connection: Connection) => void): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < job.connections) {
    const count = Math.min(BURST, job.connections - connections.length);
    const opened = await Promise.all(Array.from({ length: count }, () => connect(job.url)));
    opened.forEach(use);
    connections.push(...opened);
    await Bun.sleep(BURST_PAUSE_MS);
  }
  return connections;
}

/** Calls again and again on each connection. */
function keepCalling(
  request: Buffer,
  window: Window,
  onBegin: () => void,
): (connection: Connection) => void {
  return (connection) => {
    let hasBegun = false;
    function call(): void {
      const began = performance.now();
      connection.send(request, {
        onContent() {},
        onEnd(isGood) {
          if (!isGood) {
            window.failures += 1;
            return;
          }
          if (!hasBegun) onBegin();
          hasBegun = true;
          if (window.counting) {
            window.count += 1;
            window.delays.push(performance.now() - began);
          }
          call();
        },
      });
    }
    call();
  };
}

/** One stream on each connection, read until the job ends. */
function keepReading(
  request: Buffer,
  window: Window,
  onBegin: () => void,
): (connection: Connection) => void {
  return (connection) => {
    let hasBegun = false;
    connection.send(request, {
      onContent(sentAt) {
        if (!hasBegun) onBegin();
        hasBegun = true;
        if (!window.counting) return;
        window.count += 1;
        if (sentAt > 0) window.delays.push(clock() - sentAt);
      },
      onEnd() {
        window.failures += 1;
      },
    });
  };
}

/** Milliseconds until the first content of calls one after the other, beside what else runs. */
async function probe(job: Job, request: Buffer): Promise<number[]> {
  const times: number[] = [];
  const endsAt = performance.now() + job.probeSeconds * 1000;
  while (performance.now() < endsAt) {
    const connection = await connect(job.url);
    const { promise, resolve } = Promise.withResolvers<number>();
    const began = performance.now();
    connection.send(request, {
      onContent: () => resolve(performance.now() - began),
      onEnd: () => resolve(Number.NaN),
    });
    times.push(await promise);
    connection.close();
    await Bun.sleep(PROBE_EVERY_MS);
  }
  return times;
}

async function run(job: Job): Promise<Load> {
  const request = formatRequest(job.url, job.headers, job.body);
  const window: Window = { counting: false, count: 0, failures: 0, delays: [] };
  const { pid } = job;
  const restBytes = readProcess(pid).residentBytes;
  const begun = Promise.withResolvers<void>();
  let waiting = job.connections;
  const use = job.keepsReading ? keepReading : keepCalling;
  const connections = await openAll(
    job,
    use(request, window, () => {
      waiting -= 1;
      if (waiting === 0) begun.resolve();
    }),
  );
  // Until each connection has had an answer, the others pay for its opening.
  await Promise.race([begun.promise, Bun.sleep(BEGIN_MS)]);
  await Bun.sleep(job.keepsReading ? SETTLE_MS.streams : SETTLE_MS.calls);
  const before = readThreads(pid);
  window.counting = true;
  const began = performance.now();
  await Bun.sleep(job.seconds * 1000);
  while (window.count < job.leastCount && performance.now() - began < LONGEST_MS)
    await Bun.sleep(50);
  window.counting = false;
  const seconds = (performance.now() - began) / 1000;
  const cpuUs = cpuSince(before, pid);
  const heldBytes = readProcess(pid).residentBytes;
  if (!job.keepsReading) {
    for (const connection of connections) connection.close();
    // What was asked for is still being answered.
    if (job.probeSeconds > 0) await Bun.sleep(SETTLE_MS.probes);
  }
  const firstContent = await probe(job, request);
  for (const connection of connections) connection.close();
  const failures = window.failures + firstContent.filter(Number.isNaN).length;
  if (failures > 0)
    throw new Error(`${failures} calls of ${job.url} failed, ${window.count} went well`);
  return {
    count: window.count,
    seconds,
    cpuUs,
    delay: { p50: percentile(window.delays, 0.5), p99: percentile(window.delays, 0.99) },
    firstContentMs: {
      p50: percentile(firstContent, 0.5),
      p99: percentile(firstContent, 0.99),
    },
    restBytes,
    heldBytes,
  };
}

process.on("message", async (job: Job) => {
  const answer = await run(job).catch((thrown: unknown) => ({ error: String(thrown) }));
  process.send?.(answer);
});
