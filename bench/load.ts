// Calls a server for a while and prints what it measured, as JSON. A separate process, so that its
// work is not attributed to the server.

export interface LoadOptions {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Text that every answer must contain. */
  expects: string;
  /** Concurrent calls. */
  connections: number;
  /** How long new calls are started; streams that still run then are read to their end. */
  seconds: number;
}

export interface LoadResult {
  calls: number;
  failures: number;
  /** Milliseconds until the first byte of the body, and until its last. */
  firstByteMs: { p50: number; p99: number };
  wholeMs: { p50: number; p99: number };
  /** The number of deltas in all. */
  deltas: number;
}

function percentiles(values: number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

const DELTA = Buffer.from("quick brown fox ");

function countDeltas(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(DELTA); at !== -1; at = bytes.indexOf(DELTA, at + DELTA.length))
    count += 1;
  return count;
}

async function runLoad({
  url,
  headers,
  body,
  expects,
  connections,
  seconds,
}: LoadOptions): Promise<LoadResult> {
  const firstByte: number[] = [];
  const whole: number[] = [];
  let failures = 0;
  let deltas = 0;
  const endsAt = performance.now() + seconds * 1000;

  async function call(): Promise<void> {
    const began = performance.now();
    const response = await fetch(url, { method: "POST", headers, body });
    const pieces: Uint8Array[] = [];
    let firstAt: number | undefined;
    for await (const piece of response.body ?? []) {
      firstAt ??= performance.now();
      pieces.push(piece);
    }
    const ended = performance.now();
    const bytes = Buffer.concat(pieces);
    if (response.status !== 200 || !bytes.includes(expects)) failures += 1;
    firstByte.push((firstAt ?? ended) - began);
    whole.push(ended - began);
    deltas += countDeltas(bytes);
  }
  async function callAgain(): Promise<void> {
    while (performance.now() < endsAt) await call();
  }
  await Promise.all(Array.from({ length: connections }, callAgain));
  return {
    calls: whole.length,
    failures,
    firstByteMs: percentiles(firstByte),
    wholeMs: percentiles(whole),
    deltas,
  };
}

if (import.meta.main) {
  const options: LoadOptions = JSON.parse(process.argv[2] ?? "{}");
  process.stdout.write(`${JSON.stringify(await runLoad(options))}\n`);
}
