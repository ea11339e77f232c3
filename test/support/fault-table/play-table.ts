import { createChatClient, mintTestToken, TEST_JWT } from "../chat-client.ts";
import { SPOKEN_DIALECTS, type SpokenDialect } from "../fallback/dialects.ts";
import type { RunningServer, Runtime } from "../runtimes/runtime.ts";
import { startServer } from "../runtimes/start-server.ts";
import { startUpstream } from "../upstream.ts";
import { jsonAnswer } from "../upstream-answer.ts";
import { VENDORS, type Vendor } from "../vendors/index.ts";
import { FAULTS, type Fault } from "./faults.ts";

export interface Cell {
  readonly fault: Fault;
  readonly vendor: Vendor;
  readonly spoken: SpokenDialect;
  readonly stream: boolean;
}

/** Every fault × vendor × dialect × whole or streamed. */
export const ALL_CELLS: readonly Cell[] = FAULTS.flatMap((fault) =>
  VENDORS.flatMap((vendor) =>
    SPOKEN_DIALECTS.flatMap((spoken) =>
      [false, true].map((stream) => ({ fault, vendor, spoken, stream })),
    ),
  ),
);

/** A part in which each fault meets each vendor, and each vendor each dialect. */
export const SOME_CELLS: readonly Cell[] = ALL_CELLS.filter(({ fault, vendor, spoken }) => {
  const turn = FAULTS.indexOf(fault) + VENDORS.indexOf(vendor);
  return SPOKEN_DIALECTS[turn % SPOKEN_DIALECTS.length] === spoken;
});

export const COUNTED = [
  "lying end",
  "missing terminal event",
  "missing log line",
  "no answer",
] as const;

export interface Table {
  readonly cells: number;
  /** The cells that are wrong, by what is wrong with them. */
  readonly wrong: Readonly<Record<(typeof COUNTED)[number], readonly string[]>>;
}

/** Far longer than the silences that the server puts up with. */
const PATIENCE_MS = 60_000;
const AT_ONCE = 16;

/** Plays the cells against one server, and judges what its callers got and what it logged. */
export async function playTable(runtime: Runtime, cells: readonly Cell[]): Promise<Table> {
  const upstream = await startUpstream();
  upstream.respond = (request) => {
    upstream.requests.length = 0;
    const cell = cells[Number(/cell-(\d+)-/.exec(request.text())?.[1] ?? -1)];
    if (!cell) return jsonAnswer({}, { status: 500 });
    return cell.fault.play(cell.vendor, request, cell.stream);
  };
  const server = await startServer(runtime, {
    ...TEST_JWT,
    ANTHROPIC_API_KEY: "sk-ant-table-0123456789",
    ...Object.assign({}, ...VENDORS.map((vendor) => vendor.variables(upstream.url))),
    RETRY_MAX: "0",
    BREAKER_FAILURES: "0",
    COMMIT_AFTER_MS: "500",
    UPSTREAM_HEADERS_TIMEOUT_MS: "1500",
    UPSTREAM_ANSWER_TIMEOUT_MS: "1500",
    UPSTREAM_IDLE_TIMEOUT_MS: "1500",
    UPSTREAM_PROGRESS_TIMEOUT_MS: "1500",
  });
  const wrong: Record<(typeof COUNTED)[number], string[]> = {
    "lying end": [],
    "missing terminal event": [],
    "missing log line": [],
    "no answer": [],
  };
  const nameOf = ({ fault, vendor, spoken, stream }: Cell) =>
    `${fault.name}, ${vendor.name}, ${spoken.path}, ${stream ? "stream" : "whole"}`;
  try {
    const { send } = await createChatClient(server.url);
    const left = [...cells.entries()];
    async function playOn(): Promise<void> {
      for (let next = left.shift(); next; next = left.shift()) {
        const [at, cell] = next;
        const { spoken, vendor, stream } = cell;
        const answer = await send(spoken.path, {
          token: await mintTestToken({ sub: `cell-${at}-` }),
          headers: { "content-type": "application/json" },
          body: JSON.stringify(
            spoken.body({ model: `${vendor.name}/${vendor.model}`, stream, prompt: `cell-${at}-` }),
          ),
          signal: AbortSignal.timeout(PATIENCE_MS),
        }).catch(() => null);
        const fault = answer ? judge(cell, answer) : "no answer";
        if (fault)
          wrong[fault].push(`${nameOf(cell)}: ${answer?.status} ${answer?.text.slice(-300)}`);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, playOn));
    for (const at of await findUnlogged(server, cells.length))
      wrong["missing log line"].push(cells[at] ? nameOf(cells[at]) : String(at));
  } finally {
    await server.stop();
    await upstream.stop();
  }
  return { cells: cells.length, wrong };
}

function judge(
  { fault, spoken, stream }: Cell,
  { status, text, headers }: { status: number; text: string; headers: Headers },
): "lying end" | "missing terminal event" | null {
  if (status !== 200) {
    const isTold = headers.get("content-type") === "application/json" && text.includes('"error"');
    return isTold && fault.answered !== "always" ? null : "lying end";
  }
  if (stream) {
    const count = (pattern: RegExp) => text.match(new RegExp(pattern, "gm"))?.length ?? 0;
    const [completed, failed] = [count(spoken.complete), count(spoken.failed)];
    // OpenAI's Responses tell of a failure twice, as OpenAI does.
    if (completed + Math.min(failed, 1) !== 1) return "missing terminal event";
    if (failed > 0) return fault.answered === "always" ? "lying end" : null;
  }
  const isWhole = stream || text.includes("to the end.");
  return isWhole && fault.answered !== "never" ? null : "lying end";
}

/** The calls without exactly one line in the log. */
async function findUnlogged({ logs }: RunningServer, calls: number): Promise<number[]> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const lines = new Map<number, number>();
    for (const [, at = ""] of logs().matchAll(/"event":"answer".*"subject":"cell-(\d+)-"/g))
      lines.set(Number(at), 1 + (lines.get(Number(at)) ?? 0));
    const unlogged = [...new Array(calls).keys()].filter((at) => lines.get(at) !== 1);
    if (unlogged.length === 0 || performance.now() > deadline) return unlogged;
    await Bun.sleep(100);
  }
}
