import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import * as z from "zod";
import { mintTestToken } from "../../support/chat-client.ts";
import {
  COUNTED_TOKENS,
  FIRST_TEXT,
  HEDGED,
  STAGES,
  type Stage,
} from "../../support/departures/stages.ts";
import { SPOKEN_DIALECTS, type SpokenDialect } from "../../support/fallback/dialects.ts";
import { findLogLines } from "../../support/runtimes/runtime.ts";
import { until } from "../../support/until.ts";
import type { UpstreamRequest } from "../../support/upstream.ts";
import { jsonAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, HEARTBEAT_MS, type Subject } from "../conformance.ts";

/** How a call comes to an end that is not its own. */
const WAYS = ["reset", "half-close and close", "deadline"] as const;
type Way = (typeof WAYS)[number];

interface Cell {
  readonly spoken: SpokenDialect;
  readonly stage: Stage;
}

const DEADLINE_MS = 1500;
/** Longer than any bound, and shorter than the wait for the next attempt. */
const PATIENCE_MS = 4000;
/**
 * For how long the server may take to read what the vendor has sent before the caller leaves. A cell
 * that fails is tried again: a busy machine needs longer, and what misses its bound beside all others
 * may still keep it alone.
 */
const SETTLE_MS = [50, 200, 600] as const;

const lineSchema = z.looseObject({
  code: z.string(),
  input_tokens: z.int().optional(),
  output_tokens: z.int().optional(),
});
const limitsSchema = z.object({
  limits: z.array(z.object({ kind: z.string(), used: z.number(), reserved: z.number() })),
});

/**
 * Where a call is when it is left × how it is left × how it was asked for: the vendor's connections
 * are closed in time, one line is in the log, and the token's limits are settled once.
 */
export function describeDepartureMatrix({ runtime, upstream, start }: Conformance): void {
  const calls = new Map<string, { stage: Stage; requests: UpstreamRequest[] }>();
  let cells = 0;

  /** workerd tells of a close, unlike of a reset, only when it writes, and of the second write. */
  function boundOf(way: Way): number {
    return runtime === "workers" && way === "half-close and close" ? 1000 + 3 * HEARTBEAT_MS : 1000;
  }

  describe("a call that is left", () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await start({
        ROUTES: JSON.stringify(HEDGED),
        RETRY_MAX: "1",
        BREAKER_FAILURES: "0",
        COMMIT_AFTER_MS: String(HEARTBEAT_MS),
        LOG_LEVEL: "info",
      });
      upstream.respond = (request) => {
        const call = calls.get(/cell-\d+-/.exec(request.text())?.[0] ?? "");
        if (!call) return jsonAnswer({}, { status: 500 });
        call.requests.push(request);
        return call.stage.answer();
      };
    });
    afterAll(() => upstream.reset());

    async function open(
      spoken: SpokenDialect,
      stage: Stage,
      way: Way,
      prompt: string,
      token: string,
    ): Promise<{ socket: Socket; received(): string }> {
      const { hostname, port } = new URL(subject.server.url);
      const model = stage.model ?? "claude/claude-sonnet-5-5";
      const body = JSON.stringify(spoken.body({ model, stream: stage.stream, prompt }));
      const head = [
        `POST ${spoken.path} HTTP/1.1`,
        `host: ${hostname}:${port}`,
        `authorization: Bearer ${token}`,
        "content-type: application/json",
        `content-length: ${body.length}`,
        ...(way === "deadline" ? [`x-request-timeout-ms: ${DEADLINE_MS}`] : []),
      ];
      let received = "";
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.on("error", () => {});
      socket.on("data", (bytes: Buffer) => {
        received += bytes.toString();
      });
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      // As most clients do: the body comes apart from the head.
      await Bun.sleep(5);
      socket.write(body);
      return { socket, received: () => received };
    }

    /** What is wrong with this cell; null if nothing is. */
    async function check(
      { spoken, stage }: Cell,
      way: Way,
      settleMs: number,
    ): Promise<string | null> {
      cells += 1;
      const id = `cell-${cells}-`;
      const call = { stage, requests: [] as UpstreamRequest[] };
      calls.set(id, call);
      const limits = [
        { per: "subject", concurrent: 5 },
        // Used tokens come back steadily over the window: few enough that none does meanwhile.
        { per: "subject", tokens: 5000, window: "1d" },
      ];
      const token = await mintTestToken({ sub: id, ai: { limits } });
      const startedAt = performance.now();
      const { socket, received } = await open(spoken, stage, way, id, token);
      const lines = () => findLogLines(subject.server, `"${id}"`);
      const isThere = () =>
        call.requests.length >= stage.calls &&
        (!stage.awaitsContent || received().includes(FIRST_TEXT));
      // On a busy machine the deadline may come first.
      await until(`${id} is where it is left`, () => isThere() || lines().length > 0);
      if (!isThere()) return "the call ended before it was left";
      if (!stage.awaitsContent) await Bun.sleep(settleMs);
      if (!stage.isBetweenAttempts && call.requests.some(({ closedAt }) => closedAt !== undefined))
        return "the upstream was closed too early";
      let leftAt = performance.now();
      if (way === "reset") socket.resetAndDestroy();
      else if (way === "deadline") leftAt = startedAt + DEADLINE_MS;
      else {
        socket.end();
        setTimeout(() => socket.destroy(), 20);
      }
      if (!stage.isBetweenAttempts) {
        const wait = leftAt - performance.now() + PATIENCE_MS;
        const closed = await Promise.all(
          call.requests.map((request) => request.closed(wait)),
        ).catch(() => null);
        if (!closed) return "the upstream was never closed";
        const tookMs = Math.max(...closed) - leftAt;
        if (tookMs > boundOf(way)) return `the upstream was closed after ${Math.round(tookMs)} ms`;
      }
      await until(`${id} is in the log`, () => lines().length > 0);
      const tookMs = performance.now() - leftAt;
      if (tookMs > boundOf(way) + 500) return `the log line came after ${Math.round(tookMs)} ms`;
      await until(`${id} is settled`, async () =>
        (await limitsOf(token)).every(({ reserved }) => reserved === 0),
      );
      await Bun.sleep(100);
      socket.destroy();
      const [line = "", ...others] = lines();
      if (others.length > 0) return `${others.length + 1} log lines`;
      const { code, input_tokens = 0, output_tokens = 0 } = lineSchema.parse(JSON.parse(line));
      // A retry that cannot begin in time is not waited for.
      const ending = stage.isBetweenAttempts ? "upstream_rate_limited" : "deadline_exceeded";
      if (code !== (way === "deadline" ? ending : "cancelled")) return code;
      const used = (await limitsOf(token)).map((limit) => `${limit.kind} ${limit.used}`);
      const tokens = input_tokens + output_tokens;
      if (stage.counted > 0 && tokens !== stage.counted * COUNTED_TOKENS)
        return `${tokens} tokens are in the log`;
      const expected = [`concurrent 0`, `tokens ${tokens}`];
      if (String(used) !== String(expected)) return `${used} is settled, not ${expected}`;
      if (way === "deadline" && !received().includes(ending)) {
        // The other formats have words of their own.
        if (spoken.path === "/chat") return `the caller was told ${received().slice(-200)}`;
        if (
          stage.stream &&
          received().startsWith("HTTP/1.1 200") &&
          !spoken.failed.test(received())
        )
          return "the stream ended without an error";
      }
      return call.requests.length > stage.calls ? "the vendor was called again" : null;
    }

    async function limitsOf(token: string) {
      const answer = await subject.client.send("/limits", { token });
      return limitsSchema.parse(answer.json()).limits;
    }

    for (const way of WAYS) {
      test(`by ${way}: in every dialect, at every stage`, async () => {
        const stages = STAGES.filter(
          // workerd never tells.
          ({ stream }) => stream || runtime !== "workers" || way !== "half-close and close",
        );
        const all = SPOKEN_DIALECTS.flatMap((spoken) =>
          stages.map((stage) => ({ spoken, stage, name: `${spoken.path}, ${stage.name}` })),
        );
        let left = all;
        let failures: string[] = [];
        for (const settleMs of SETTLE_MS) {
          const faults = await Promise.all(left.map((cell) => check(cell, way, settleMs)));
          failures = left.flatMap(({ name }, at) => (faults[at] ? [`${name}: ${faults[at]}`] : []));
          left = left.filter((_, at) => faults[at]);
        }
        expect(failures).toEqual([]);
      }, 120_000);
    }
  });
}
