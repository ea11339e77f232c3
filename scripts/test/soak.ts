// Mixed load with departures, faults, slow readers and store outages, ending in a table:
// `npm run soak -- --minutes 10 --runtime bun|deno|workers`. Exits with 1 if a bound is broken.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { createChatClient, mintTestToken, TEST_JWT } from "../../test/support/chat-client.ts";
import { readProcess } from "../../test/support/read-process.ts";
import { hasRedis, startRedis } from "../../test/support/redis-server.ts";
import { RUNTIMES } from "../../test/support/runtimes/runtime.ts";
import { startServer } from "../../test/support/runtimes/start-server.ts";
import { makeCall, type Verdict } from "../../test/support/soak/caller.ts";
import { countRows } from "../../test/support/soak/count-rows.ts";
import { inventCall } from "../../test/support/soak/invent-call.ts";
import { countMissing, readLog, summarizeLog } from "../../test/support/soak/read-log.ts";
import { startSoakVendor } from "../../test/support/soak/vendor.ts";
import { watchStops } from "../../test/support/soak/watch-stops.ts";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    runtime: { type: "string", default: "bun" },
    callers: { type: "string", default: "24" },
  },
});
const runtime = RUNTIMES.find((name) => name === options.runtime);
if (!runtime) throw new Error(`--runtime must be one of ${RUNTIMES.join(", ")}`);
const durationMs = Number(options.minutes) * 60_000;

const OUTAGE_EVERY_MS = 30_000;
const OUTAGE_MS = 3000;
const SAMPLE_MS = 2000;
/** What may still be open after the last call: leases that an outage kept from being settled. */
const LEASE_MS = 60_000;
const TENANTS = 8;
/** Shorter runs end before the memory has reached its plateau. */
const PLATEAU_MINUTES = 8;

const vendor = await startSoakVendor();
// Workers keep limits in a Durable Object, which is never away.
const redis = runtime !== "workers" && hasRedis ? await startRedis() : null;
const folder = mkdtempSync(join(tmpdir(), "soak-"));
// In memory the ledger would grow until it has its 50,000 calls, and hide a leak. Workers keep it in
// a Durable Object.
const ledgerFile = runtime === "workers" ? undefined : join(folder, "ledger.db");
const env = {
  ...TEST_JWT,
  ANTHROPIC_API_KEY: "sk-ant-soak-canary-0123456789",
  ANTHROPIC_BASE_URL: vendor.url,
  ...(redis ? { REDIS_URL: redis.url } : {}),
  ...(ledgerFile ? { LEDGER_FILE: ledgerFile } : {}),
  STORE_FAILURE: "closed",
  // A busy machine is no outage.
  STORE_TIMEOUT_MS: "1500",
  RETRY_MAX: "1",
  BREAKER_FAILURES: "0",
  HEARTBEAT_MS: "1000",
  COMMIT_AFTER_MS: "1000",
  CLIENT_STALL_MS: "5000",
  UPSTREAM_HEADERS_TIMEOUT_MS: "5000",
  UPSTREAM_ANSWER_TIMEOUT_MS: "5000",
  UPSTREAM_IDLE_TIMEOUT_MS: "5000",
};
// workerd's own memory grows for hours, whatever the Worker does: there the heap is what counts.
const server = await startServer(runtime, env, { tellsHeap: runtime === "workers" });
const { pid } = server;
if (pid === undefined) throw new Error("the server's process was not found");
const client = await createChatClient(server.url);

/** Every call has a subject of its own, by which its record is found; limits are the tenant's. */
function mint(number: number): Promise<string> {
  const limits = [
    { per: "tenant", concurrent: 10_000 },
    { per: "tenant", usd: 1000, window: "1d" },
  ];
  const ai = { tenant: `tenant-${number % TENANTS}`, limits };
  return mintTestToken({ sub: `soaker-${number}`, ai });
}

let isAway = false;
let backAt = 0;
const outages = redis
  ? setInterval(() => {
      redis.kill("SIGSTOP");
      isAway = true;
      setTimeout(() => {
        redis.kill("SIGCONT");
        isAway = false;
        backAt = performance.now();
      }, OUTAGE_MS);
    }, OUTAGE_EVERY_MS)
  : undefined;
/** The server may look for the store again only some time after it is back. */
const isStoreAway = () => isAway || (backAt > 0 && performance.now() - backAt < 8000);

const verdicts: Record<Verdict, number> = {
  answered: 0,
  failed: 0,
  left: 0,
  lost: 0,
  "lying end": 0,
};
const oddities: string[] = [];
const resident: number[] = [];
const heap: number[] = [];
const sampling = setInterval(() => {
  resident.push(readProcess(pid).residentBytes);
  server.heapBytes?.().then(
    (bytes) => heap.push(bytes),
    (thrown: unknown) => oddities.push(`the heap was not measured: ${thrown}`),
  );
}, SAMPLE_MS);
const longestStopMs = watchStops();
const countDescriptors = () => readdirSync(`/proc/${pid}/fd`).length;
const descriptorsBefore = countDescriptors();
const endAt = performance.now() + durationMs;
let made = 0;

async function keepCalling(): Promise<void> {
  while (performance.now() < endAt) {
    const call = inventCall(made++, isStoreAway);
    const token = await mint(call.number);
    const began = performance.now();
    const { verdict, tail } = await makeCall(server.url, token, call);
    verdicts[verdict] += 1;
    if (verdict === "lost" || verdict === "lying end") {
      const reachedMs = Math.round((vendor.seenAt(call.number) ?? Number.NaN) - began);
      const tookMs = Math.round(performance.now() - began);
      const times = `${tookMs} ms, with the vendor after ${reachedMs} ms`;
      oddities.push(`${verdict}: ${times}: ${JSON.stringify(call)} ${JSON.stringify(tail)}`);
    }
    await Bun.sleep(Math.random() * 200);
  }
}
await Promise.all(Array.from({ length: Number(options.callers) }, keepCalling));
clearInterval(outages);
clearInterval(sampling);

async function settles(condition: () => boolean | Promise<boolean>, timeoutMs: number) {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition()) && performance.now() < deadline) await Bun.sleep(250);
}

const limitsSchema = z.object({
  limits: z.array(z.object({ kind: z.string(), reserved: z.number(), used: z.number() })),
});
async function countLeases(): Promise<number> {
  let leases = 0;
  for (let tenant = 0; tenant < TENANTS; tenant++) {
    const token = await mint(tenant);
    const body = limitsSchema.parse((await client.send("/limits", { token })).json());
    for (const { kind, reserved, used } of body.limits)
      leases += kind === "concurrent" ? used : reserved > 0 ? 1 : 0;
  }
  return leases;
}

await Bun.sleep(OUTAGE_MS + 1000);
await settles(() => vendor.openCalls() === 0, 15_000);
const openCalls = vendor.openCalls();
const count = () =>
  countMissing(readLog(server.logs()), made, (call) => vendor.seenAt(call) !== undefined);
await settles(() => count().missing === 0, 15_000);
const { missing, doubled } = count();
let leases = await countLeases();
await settles(async () => {
  leases = await countLeases();
  return leases === 0;
}, LEASE_MS + 10_000);
const descriptors = countDescriptors();
const log = readLog(server.logs());
const countEvents = (name: string) => log.lines.filter(({ event }) => event === name).length;
const unhandled = countEvents("unhandled");
oddities.push(...log.foreign.slice(0, 5).map((line) => `not a log line: ${line.slice(0, 200)}`));

const ledgerFaults = ledgerFile ? countRows(ledgerFile) - countEvents("answer") : 0;

const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

/**
 * Memory is judged by the lowest of a third of the run: what garbage collection leaves. Above it is
 * garbage.
 */
function judgeMemory(
  what: string,
  samples: readonly number[],
  isJudged: boolean,
): [name: string, value: string, isKept: boolean] {
  const lowestOf = (third: 1 | 2) =>
    Math.min(...samples.slice((samples.length * third) / 3, (samples.length * (third + 1)) / 3));
  const [plateau, last] = [lowestOf(1), lowestOf(2)];
  return [
    `${what}, MiB: first, and the lowest of the second and the last third`,
    `${mib(samples[0] ?? 0)}, ${mib(plateau)}, ${mib(last)}`,
    !isJudged || last / plateau <= 1.1 || Number(options.minutes) < PLATEAU_MINUTES,
  ];
}

/** A heap that could not be measured is not one that did not grow. */
function countHeaps(): [name: string, value: string, isKept: boolean] {
  const all = `${heap.length} of ${resident.length}`;
  return ["times that the heap was measured", all, heap.length >= resident.length * 0.9];
}

const rows: [name: string, value: string, isKept: boolean][] = [
  ["calls", String(made), made > 0],
  [
    "answered / failed as they should / left",
    `${verdicts.answered} / ${verdicts.failed} / ${verdicts.left}`,
    true,
  ],
  ["lost calls", String(verdicts.lost), verdicts.lost === 0],
  ["lying ends", String(verdicts["lying end"]), verdicts["lying end"] === 0],
  ["calls without a record, with two", `${missing}, ${doubled}`, missing + doubled === 0],
  ["rows that the ledger has too many", String(ledgerFaults), ledgerFaults === 0],
  ["unhandled rejections", String(unhandled), unhandled === 0],
  ["lines that are no log", String(log.foreign.length), log.foreign.length === 0],
  ["settlements lost", String(countEvents("settlement_lost")), true],
  ["upstream calls open at the end", String(openCalls), openCalls === 0],
  ["leases at the end", String(leases), leases === 0],
  judgeMemory("resident memory", resident, !server.heapBytes),
  ...(server.heapBytes ? [judgeMemory("heap", heap, true), countHeaps()] : []),
  [
    "descriptors before and after",
    `${descriptorsBefore}, ${descriptors}`,
    descriptors <= descriptorsBefore + 50,
  ],
  ["the server runs", server.died() ? "no" : "yes", !server.died()],
];
process.stdout.write(`\n| ${runtime}, ${options.minutes} min | | |\n| --- | --- | --- |\n`);
for (const [name, value, isKept] of rows)
  process.stdout.write(`| ${name} | ${value} | ${isKept ? "ok" : "BROKEN"} |\n`);
process.stdout.write(`${summarizeLog(log)}\n`);
const byTheMinute = (samples: readonly number[]) =>
  samples
    .filter((_, at) => at % (60_000 / SAMPLE_MS) === 0)
    .map(mib)
    .join(" ");
process.stdout.write(`resident memory by the minute, MiB: ${byTheMinute(resident)}\n`);
if (heap.length > 0) process.stdout.write(`heap by the minute, MiB: ${byTheMinute(heap)}\n`);
process.stdout.write(`this program stood still for up to ${Math.round(longestStopMs())} ms\n`);
for (const oddity of oddities.slice(0, 20)) process.stdout.write(`${oddity}\n`);
await server.stop();
await redis?.stop();
await vendor.stop();
rmSync(folder, { recursive: true });
process.exit(rows.every(([, , isKept]) => isKept) ? 0 : 1);
