// Whether a call takes more CPU than it did: `npm run bench:check`. Measured are a whole answer
// and a streamed delta, as ratios to the thinnest proxy in the same run, so that a slower machine
// changes nothing. Fails if one of the ratios is 15 % above bench/recorded-ratios.json in each of
// three tries. `--record` writes that file: to be used when a change is meant to cost what it
// costs.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { mintTestToken, TEST_JWT } from "../test/support/chat-client.ts";
import { hasProcessFiles } from "../test/support/read-process.ts";
import { measure, median, type Program, startProgram } from "./programs.ts";
import recorded from "./recorded-ratios.json";

const { values: options } = parseArgs({ options: { record: { type: "boolean", default: false } } });
const TRIES = 3;
const TOLERANCE = 1.15;
const ROUNDS = 3;
const SECONDS = 2;

type Ratios = typeof recorded;

const content = "Tell me of the fox.";
const upstream = await startProgram("bench/upstream.ts", {});
const thin = await startProgram("bench/thin-proxy.ts", { UPSTREAM: upstream.url });
const server = await startProgram("src/runtimes/bun.ts", {
  ...TEST_JWT,
  ANTHROPIC_API_KEY: "sk-ant-api03-bench",
  ANTHROPIC_BASE_URL: upstream.url,
});
const headers = {
  "content-type": "application/json",
  authorization: `Bearer ${await mintTestToken()}`,
};

/** CPU seconds for a call, or for a streamed delta. */
async function cpuOf(program: Program, path: string, isStream: boolean): Promise<number> {
  const body = {
    ...(program === server ? { provider: "claude" } : {}),
    model: isStream ? "bench-100-10" : "bench",
    max_tokens: 1000,
    messages: [{ role: "user", content }],
    ...(isStream ? { stream: true } : {}),
  };
  const run = await measure(program, {
    url: program.url + path,
    headers,
    body: JSON.stringify(body),
    expects: "quick brown fox",
    connections: isStream ? 100 : 64,
    seconds: SECONDS,
  });
  return run.cpuSeconds / (isStream ? run.deltas : run.calls);
}

async function ratioOf(isStream: boolean): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const proxy = await cpuOf(thin, "", isStream);
    ratios.push((await cpuOf(server, "/chat", isStream)) / proxy);
  }
  return Number(median(ratios).toFixed(2));
}

async function measureRatios(): Promise<Ratios> {
  return { whole_answer: await ratioOf(false), streamed_delta: await ratioOf(true) };
}

function isWorse(ratios: Ratios): boolean {
  return (
    ratios.whole_answer > recorded.whole_answer * TOLERANCE ||
    ratios.streamed_delta > recorded.streamed_delta * TOLERANCE
  );
}

if (!hasProcessFiles) throw new Error("CPU time is read from /proc, which is not here");
// A warm-up, which is not counted.
await measureRatios();
const tries: Ratios[] = [];
do {
  tries.push(await measureRatios());
  process.stdout.write(`CPU beside the thinnest proxy: ${JSON.stringify(tries.at(-1))}\n`);
} while (tries.length < TRIES && (options.record || tries.every(isWorse)));
await Promise.all([upstream, thin, server].map((program) => program.stop()));

if (options.record) {
  const middle = {
    whole_answer: median(tries.map((ratios) => ratios.whole_answer)),
    streamed_delta: median(tries.map((ratios) => ratios.streamed_delta)),
  };
  const file = resolve(import.meta.dir, "recorded-ratios.json");
  writeFileSync(file, `${JSON.stringify(middle, null, 2)}\n`);
} else if (tries.every(isWorse)) {
  process.stdout.write(
    `That is more than 15 % above ${JSON.stringify(recorded)}, in ${TRIES} of ${TRIES} tries.\n`,
  );
  process.exitCode = 1;
}
