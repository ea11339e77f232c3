// CPU, time to first byte and memory of the server next to the thinnest proxy, on one machine. `npm
// run bench -- --seconds 5 --rounds 3`; with `--against DIR`, also next to another checkout; with
// `--otel`, also next to the same server with OpenTelemetry.
import { cpus, loadavg, totalmem } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { mintTestToken, TEST_JWT } from "../test/support/chat-client.ts";
import { measure, median, type Program, type Run, startProgram } from "./programs.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    against: { type: "string" },
    otel: { type: "boolean", default: false },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const content = "Tell me of the fox.";
const anthropicBody = { model: "bench", max_tokens: 1000, messages: [{ role: "user", content }] };
const chatBody = {
  provider: "claude",
  model: "bench",
  max_tokens: 1000,
  messages: [{ role: "user", content }],
};

interface Variant {
  name: string;
  /** Undefined: the upstream itself. */
  program: Program | undefined;
  url: string;
  body: Record<string, unknown>;
}

const upstream = await startProgram("bench/upstream.ts", {});
const thin = await startProgram("bench/thin-proxy.ts", { UPSTREAM: upstream.url });
const SERVER = "src/runtimes/bun.ts";
const serverEnv = {
  ...TEST_JWT,
  ANTHROPIC_API_KEY: "sk-ant-api03-bench",
  ANTHROPIC_BASE_URL: upstream.url,
};
const server = await startProgram(SERVER, serverEnv);
const other =
  options.against === undefined
    ? undefined
    : await startProgram(resolve(options.against, SERVER), serverEnv);
const collector = options.otel ? await startProgram("bench/collector.ts", {}) : undefined;
const traced =
  collector &&
  (await startProgram(SERVER, { ...serverEnv, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }));
const headers = {
  "content-type": "application/json",
  authorization: `Bearer ${await mintTestToken()}`,
};

function describeServer(name: string, program: Program): Variant[] {
  return [
    { name: `${name}, /chat`, program, url: `${program.url}/chat`, body: chatBody },
    {
      name: `${name}, /v1/messages`,
      program,
      url: `${program.url}/v1/messages`,
      body: anthropicBody,
    },
  ];
}

const variants: Variant[] = [
  { name: "direct", program: undefined, url: `${upstream.url}/v1/messages`, body: anthropicBody },
  { name: "thinnest proxy", program: thin, url: thin.url, body: anthropicBody },
  ...describeServer("server", server),
  ...(traced ? describeServer("with OpenTelemetry", traced) : []),
  ...(other ? describeServer("other", other) : []),
];

function measureVariant(
  { program, url }: Variant,
  body: Record<string, unknown>,
  connections: number,
): Promise<Run> {
  const expects = "quick brown fox";
  return measure(program, {
    url,
    headers,
    body: JSON.stringify(body),
    expects,
    connections,
    seconds,
  });
}

/** All variants in every round, so that a busy minute of the machine affects all of them. */
async function runRounds(
  change: (body: Record<string, unknown>) => Record<string, unknown>,
  connections: number,
): Promise<Run[][]> {
  const runs: Run[][] = variants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, variant] of variants.entries()) {
      runs[at]?.push(await measureVariant(variant, change(variant.body), connections));
    }
  }
  return runs;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [head, ...rows])
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

const figure = (value: number, digits: number) =>
  Number.isFinite(value) ? value.toFixed(digits) : "-";

print(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB, Bun ${Bun.version}`,
);
print(
  `load before: ${loadavg()
    .map((value) => value.toFixed(2))
    .join(" ")}; medians of ${rounds} interleaved rounds of ${seconds} s`,
);

// The first round is a warm-up and is not counted.
for (const variant of variants) await measureVariant(variant, variant.body, 64);

const JSON_CONNECTIONS = 64;
print(`\nWhole answers (2 KB), ${JSON_CONNECTIONS} connections, saturated`);
const whole = await runRounds((body) => body, JSON_CONNECTIONS);
printTable(
  ["", "CPU ms/call", "runs", "calls/s", "p50 ms", "RSS MiB"],
  variants.map(({ name, program }, at) => {
    const runs = whole[at] ?? [];
    const cpu = runs.map((run) => (run.cpuSeconds * 1000) / run.calls);
    return [
      name,
      program ? figure(median(cpu), 4) : "-",
      program ? cpu.map((value) => figure(value, 4)).join(" ") : "-",
      figure(median(runs.map((run) => run.calls / seconds)), 0),
      figure(median(runs.map((run) => run.wholeMs.p50)), 2),
      program ? figure(median(runs.map((run) => run.residentMiB)), 0) : "-",
    ];
  }),
);

const STREAMS = 100;
const DELTAS = 300;
const DELAY_MS = 10;
print(`\nStreams, ${STREAMS} at a time, a delta each ${DELAY_MS} ms`);
const streamed = await runRounds(
  (body) => ({ ...body, model: `bench-${DELTAS}-${DELAY_MS}`, stream: true }),
  STREAMS,
);
const directFirstByte = median((streamed[0] ?? []).map((run) => run.firstByteMs.p50));
printTable(
  ["", "CPU µs/delta", "runs", "deltas/s", "first byte added p50 ms", "RSS MiB"],
  variants.map(({ name, program }, at) => {
    const runs = streamed[at] ?? [];
    const cpu = runs.map((run) => (run.cpuSeconds * 1e6) / run.deltas);
    return [
      name,
      program ? figure(median(cpu), 1) : "-",
      program ? cpu.map((value) => figure(value, 1)).join(" ") : "-",
      figure(
        median(runs.map((run) => run.deltas / (run.wholeMs.p50 / 1000) / (run.calls / STREAMS))),
        0,
      ),
      program ? figure(median(runs.map((run) => run.firstByteMs.p50)) - directFirstByte, 2) : "-",
      program ? figure(median(runs.map((run) => run.residentMiB)), 0) : "-",
    ];
  }),
);

print(
  `\nload after: ${loadavg()
    .map((value) => value.toFixed(2))
    .join(" ")}`,
);
if (collector) {
  const bytes = await (await fetch(collector.url)).text();
  print(`the collector got ${(Number(bytes) / 1024 / 1024).toFixed(1)} MiB`);
}
const programs = [upstream, thin, server, other, traced, collector];
await Promise.all(programs.map((program) => program?.stop()));
