import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  type CursorScript,
  type CursorStandIn,
  RUN_ID,
  type StreamEvent,
  startCursorStandIn,
} from "../../support/cursor-stand-in.ts";
import { measureLeast } from "../../support/measure-least.ts";
import { summarizeResponse, summarizeStream } from "../../support/summarize-answer.ts";
import { type Conformance, HEARTBEAT_MS, PROMPT_CANARY, type Subject } from "../conformance.ts";

const STATUS: StreamEvent = { event: "status", data: { runId: RUN_ID, status: "RUNNING" } };
const HELLO: StreamEvent[] = [
  STATUS,
  { event: "thinking", id: "1-0", data: { text: "A greeting." } },
  { event: "assistant", id: "2-0", data: { text: "Hello there" } },
];
const RESULT: StreamEvent = {
  event: "result",
  id: "3-0",
  data: { runId: RUN_ID, status: "FINISHED", text: "Hello there" },
};
const USAGE = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 2,
  cacheWriteTokens: 3,
  totalTokens: 20,
};
const ANSWER: CursorScript = {
  streams: [{ events: [...HELLO, RESULT, { event: "done" }], end: "close" }],
  usage: USAGE,
};

/**
 * Cursor by its cloud agents: what is left of them when the answer is over, or the caller has gone.
 */
export function describeCursor({ runtime, start }: Conformance): void {
  const body = {
    provider: "cursor",
    model: "composer-2",
    messages: [{ role: "user", content: PROMPT_CANARY }],
  };
  const withinMs = runtime === "workers" ? HEARTBEAT_MS + 1000 : 1000;

  describe("Cursor's agents", () => {
    let cursor: CursorStandIn;
    let subject: Subject;
    beforeAll(async () => {
      cursor = await startCursorStandIn();
      subject = await start({ CURSOR_API_KEY: "crsr_test", CURSOR_BASE_URL: cursor.url });
    });
    afterEach(() => {
      expect(cursor.faults.splice(0)).toEqual([]);
    });
    afterAll(() => cursor.stop());

    test.each([true, false])("answer (stream: %p), and are deleted", async (stream) => {
      cursor.play(ANSWER);
      const answer = await subject.client.chat({ ...body, stream });
      expect(answer.status).toBe(200);
      const summary = stream ? summarizeStream(answer.stream()) : summarizeResponse(answer.json());
      expect(summary).toMatchObject({
        text: "Hello there",
        reasoning: [{ text: "A greeting." }],
        finish_reason: "stop",
        usage: { input_tokens: 15, output_tokens: 5, total_tokens: 20 },
      });
      await cursor.waitFor("DELETE", "");
      expect(cursor.agents.size).toBe(0);
    });

    test.each([
      [
        {
          streams: [
            {
              events: [STATUS, { event: "result", data: { runId: RUN_ID, status: "ERROR" } }],
              end: "close",
            },
          ],
        },
        502,
      ],
      [{ streams: [{ events: [STATUS], end: "close" }] }, 502],
      [{ streams: [{ status: 410, code: "stream_expired" }] }, 410],
    ] satisfies [CursorScript, number][])(
      "are deleted after a failure too (%#)",
      async (script, status) => {
        cursor.play(script);
        expect((await subject.client.chat(body)).status).toBe(status);
        await cursor.waitFor("DELETE", "");
        expect(cursor.agents.size).toBe(0);
      },
    );

    const DEPARTURES: [
      when: string,
      script: CursorScript,
      stream: boolean,
      until: (call: Promise<Response>) => Promise<unknown>,
    ][] = [
      [
        "before the first word of a stream",
        { streams: [{ events: [STATUS], end: "hang" }] },
        true,
        () => cursor.waitFor("GET", "/stream"),
      ],
      [
        "in mid-stream",
        { streams: [{ events: HELLO, end: "hang" }] },
        true,
        async (call) => (await call).body?.getReader().read(),
      ],
      [
        "from a whole answer",
        { streams: [{ events: HELLO, end: "hang" }] },
        false,
        () => cursor.waitFor("GET", "/stream"),
      ],
      [
        "before there is an agent",
        { createDelayMs: 300, streams: ANSWER.streams },
        true,
        () => cursor.waitFor("POST", "/v1/agents"),
      ],
    ];
    test.each(DEPARTURES)(
      `of a caller who leaves %s are cancelled and deleted within ${withinMs} ms`,
      async (_when, script, stream, until) => {
        const limitMs = withinMs + (script.createDelayMs ?? 0);
        const tookMs = await measureLeast(limitMs, async () => {
          cursor.play(script);
          const controller = new AbortController();
          const { signal } = controller;
          const call = subject.client.open({ ...body, stream }, { signal });
          call.catch(() => {});
          await until(call);
          const leftAt = performance.now();
          controller.abort();
          await cursor.waitFor("POST", "/cancel");
          await cursor.waitFor("DELETE", "");
          expect(cursor.agents.size).toBe(0);
          return performance.now() - leftAt;
        });
        expect(tookMs).toBeLessThan(limitMs);
      },
    );
  });
}
