// Whether calls queue behind the shared store: one process reserves and settles at a given rate
// through the real store on a redis-server of its own, whether or not the earlier ones have ended.
// `bun bench/redis-limits.ts --rate 5000 --seconds 10`; `TEST_REDIS_SERVER` names Valkey's server.
// Exits with 1 if a call failed, took other than two round trips, or if the queue grew.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Bucket } from "../src/limits/bucket.ts";
import { createLimiter } from "../src/limits/limiter.ts";
import { connectBunRedis } from "../src/runtimes/bun-redis.ts";
import { createMemoryLimitStore } from "../src/store/memory-limits.ts";
import { createRedisCommands } from "../src/store/redis-commands.ts";
import { createRedisLimitStore } from "../src/store/redis-limits.ts";
import { concurrent, money, rate } from "../test/support/limit-buckets.ts";
import { readProcess } from "../test/support/read-process.ts";
import { startRedis } from "../test/support/redis-server.ts";

const { values: options } = parseArgs({
  options: {
    rate: { type: "string", default: "5000" },
    seconds: { type: "string", default: "10" },
  },
});
const callsPerSecond = Number(options.rate);
const seconds = Number(options.seconds);
const WARM_UP_SECONDS = 1;
const SUBJECTS = 1000;
const TENANTS = 50;
/** Calls queue if, throughout the last second, more are under way than start in this time. */
const QUEUE_MS = 20;

const redis = await startRedis();
const commands: number[] = [];
const sendCommand = createRedisCommands({
  connect: () => connectBunRedis(redis.url, 2000),
  timeoutMs: 2000,
});
const store = createRedisLimitStore(async (command, args) => {
  const began = performance.now();
  const answer = await sendCommand(command, args);
  commands.push(performance.now() - began);
  return answer;
});
const now = () => Date.now();
const failures: string[] = [];
const limiter = createLimiter({
  store,
  fallback: createMemoryLimitStore(now),
  failure: "closed",
  now,
  report: (reason) => {
    if (reason !== null) failures.push(reason);
  },
  reportLost: (call) => failures.push(`lost: ${call}`),
});

/** A rate, a budget and calls at once: what a token of a paying user has. */
function bucketsOf(call: number): Bucket[] {
  const home = `bench/tenant-${call % TENANTS}`;
  const user = `subject:user-${call % SUBJECTS}`;
  return [
    rate("requests", 1_000_000, 60_000, { home, key: `${user}/requests/60000` }),
    concurrent(10_000, { home, key: `${user}/concurrent` }),
    money(1_000_000_000, "day", { home, key: `${user}/usd/day` }),
  ];
}

let underWay = 0;
let ended = 0;
async function call(number: number): Promise<void> {
  underWay += 1;
  try {
    const consumption = { tokens: 1000, microUsd: 100 };
    const name = crypto.randomUUID();
    const reserved = await limiter.reserve(name, bucketsOf(number), consumption, () => {});
    await reserved.settle({ tokens: 700, microUsd: 70 });
    ended += 1;
  } catch (thrown) {
    failures.push(String(thrown));
  } finally {
    underWay -= 1;
  }
}

/** Starts calls at the rate, and returns the fewest that were under way in each second. */
async function load(duration: number): Promise<number[]> {
  const fewest: number[] = [];
  const began = performance.now();
  let started = 0;
  for (let elapsed = 0; elapsed < duration * 1000; elapsed = performance.now() - began) {
    const second = Math.floor(elapsed / 1000);
    fewest[second] = Math.min(fewest[second] ?? Number.POSITIVE_INFINITY, underWay);
    for (; started < (elapsed / 1000) * callsPerSecond; started++) void call(started);
    await Bun.sleep(1);
  }
  while (underWay > 0) await Bun.sleep(1);
  return fewest;
}

await load(WARM_UP_SECONDS);
commands.length = 0;
ended = 0;
const cpuOfAll = () => [process.pid, redis.pid].map((pid) => readProcess(pid).cpuSeconds);
const before = cpuOfAll();
const began = performance.now();
const fewest = await load(seconds);
const took = (performance.now() - began) / 1000;
const [own, stores] = cpuOfAll().map((cpu, at) => (cpu - (before[at] ?? 0)) / took);
const sorted = commands.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
const percent = (share = Number.NaN) => `${Math.round(share * 100)} %`;
const left = fewest.at(-1) ?? 0;
const isQueueing = left > (callsPerSecond * QUEUE_MS) / 1000;

const rows = {
  machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
  "calls per second, asked and ended": `${callsPerSecond}, ${Math.round(ended / took)}`,
  "round trips per call": (commands.length / ended).toFixed(2),
  "a round trip, ms: p50, p99, longest": [at(0.5), at(0.99), at(1)]
    .map((value) => value.toFixed(2))
    .join(", "),
  "calls under way, the fewest in the last second": String(left),
  "of a core: this process, the store": `${percent(own)}, ${percent(stores)}`,
  failures: `${failures.length}${failures.length > 0 ? ` (${failures[0]})` : ""}`,
};
for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name}: ${value}\n`);
await redis.stop();
process.exit(failures.length > 0 || commands.length !== 2 * ended || isQueueing ? 1 : 0);
