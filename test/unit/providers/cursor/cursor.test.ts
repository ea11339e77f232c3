import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { ChatEvent, EventStream } from "../../../../src/chat/event.ts";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import { PARAMETERS } from "../../../../src/chat/model.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import type { ChatError } from "../../../../src/errors/chat-error.ts";
import type { UpstreamTimeouts } from "../../../../src/platform.ts";
import { createCursorProvider } from "../../../../src/providers/cursor/index.ts";
import {
  type CursorScript,
  type CursorStandIn,
  hasCursorSpec,
  RUN_ID,
  type StreamEvent,
  startCursorStandIn,
} from "../../../support/cursor-stand-in.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import { collectEvents, createTestCall, createTestDeps } from "../../../support/play-response.ts";
import { NEEDS_RECORDINGS } from "../../../support/recordings.ts";
import { chatErrorOf } from "../../../support/rejection.ts";
import { requireAvailable } from "../../../support/require-available.ts";
import { until } from "../../../support/until.ts";

let standIn: CursorStandIn;
/** Work at Cursor that outlives the calls of a test. */
const work: Promise<unknown>[] = [];

beforeAll(async () => {
  standIn = await startCursorStandIn();
});
afterAll(() => standIn.stop());
afterEach(async () => {
  await Promise.all(work.splice(0));
  standIn.agents.clear();
  expect(standIn.faults.splice(0)).toEqual([]);
});

const REQUEST: ChatRequest = { messages: [{ role: "user", content: "Hello" }] };

const STATUS: StreamEvent = { event: "status", data: { runId: RUN_ID, status: "RUNNING" } };
const HELLO: StreamEvent[] = [
  STATUS,
  { event: "thinking", id: "1-0", data: { text: "A greeting." } },
  { event: "assistant", id: "2-0", data: { text: "Hello" } },
  { event: "assistant", id: "3-0", data: { text: " there" } },
];
const RESULT: StreamEvent = {
  event: "result",
  id: "4-0",
  data: { runId: RUN_ID, status: "FINISHED", text: "Hello there", durationMs: 12 },
};
const ANSWER: CursorScript["streams"] = [
  { events: [...HELLO, RESULT, { event: "done" }], end: "close" },
];
const USAGE = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 2,
  cacheWriteTokens: 3,
  totalTokens: 20,
};

function createProvider(timeouts: Partial<UpstreamTimeouts> = {}) {
  const env = {
    CURSOR_API_KEY: "crsr_test",
    CURSOR_BASE_URL: standIn.url,
    CURSOR_DEFAULT_MODEL: "default",
  };
  const deps = createTestDeps((input, init) => fetch(input, init), { timeouts });
  return requireAvailable(
    createCursorProvider(env, {
      ...deps,
      randomId: () => crypto.randomUUID().replaceAll("-", ""),
    }),
  );
}

interface Opened {
  stream: Promise<EventStream>;
  abort(): void;
  /** Settles when the call has left nothing at Cursor. */
  done: Promise<void>;
}

function open(
  script: CursorScript,
  options: {
    request?: ChatRequest;
    provider?: ReturnType<typeof createProvider>;
    timeouts?: Partial<UpstreamTimeouts>;
  } = {},
): Opened {
  standIn.play(script);
  const controller = new AbortController();
  const provider = options.provider ?? createProvider(options.timeouts);
  const begun = work.length;
  const call = createTestCall(options.request ?? REQUEST, {
    signal: controller.signal,
    model: { id: "composer-2" },
  });
  const stream = provider.open({ ...call, waitUntil: (promise) => work.push(promise) });
  stream.catch(() => {});
  return {
    stream,
    abort: () => controller.abort(),
    done: stream.then(
      () => settled(begun),
      () => settled(begun),
    ),
  };
}

async function settled(begun: number): Promise<void> {
  await Promise.all(work.slice(begun));
}

/** The calls as `METHOD path`, in order, without the agent's id. */
function made(): string[] {
  return standIn.calls.map(
    ({ method, path }) =>
      `${method} ${path.replace(/bc-[\w-]+/, "{id}").replaceAll(RUN_ID, "{run}")}`,
  );
}

function textOf(events: readonly ChatEvent[]): string {
  return events
    .map((event) => (event.type === "part-delta" && event.index === 1 ? event.delta : ""))
    .join("");
}

async function readUntilText(stream: EventStream): Promise<void> {
  for (;;) {
    const batch = await stream.read();
    if (!batch) throw new Error("there was no text");
    if (batch.some((event) => event.type === "part-delta" && event.index === 1)) return;
  }
}

const CREATE = "POST /v1/agents";
const STREAM = "GET /v1/agents/{id}/runs/{run}/stream";
const READ_USAGE = "GET /v1/agents/{id}/usage?runId={run}";
const CANCEL = "POST /v1/agents/{id}/runs/{run}/cancel";
const DELETE = "DELETE /v1/agents/{id}";

describe("the cursor provider", () => {
  test.skipIf(!hasCursorSpec)(
    `is tested against a stand-in that follows Cursor's specification ${NEEDS_RECORDINGS}`,
    () => {
      expect(hasCursorSpec).toBe(true);
    },
  );

  test("has a capability for every parameter", () => {
    expect(Object.keys(createProvider().capabilities).sort()).toEqual([...PARAMETERS].sort());
  });

  test("is unavailable without a key, and says what to do", () => {
    const provider = createCursorProvider(
      {
        CURSOR_AUTH_JSON: '{"accessToken":"eyJ"}',
        CURSOR_BASE_URL: standIn.url,
        CURSOR_DEFAULT_MODEL: "default",
      },
      createTestDeps(() => Promise.reject(new Error("not to be called"))),
    );
    expect(provider).toMatchObject({
      available: false,
      code: "provider_unsupported",
      reason: expect.stringContaining("CURSOR_API_KEY"),
    });
    expect(provider).not.toHaveProperty("open");
  });

  test("creates an agent, streams its answer, reads the usage, and deletes the agent", async () => {
    const { stream, done } = open({ streams: ANSWER, usage: USAGE });
    const events = await collectEvents(await stream);
    expectEventOrder(events);
    expect(events[0]).toEqual({ type: "start", id: RUN_ID, model: "composer-2" });
    expect(textOf(events)).toBe("Hello there");
    const usage = {
      input_tokens: 15,
      output_tokens: 5,
      cached_input_tokens: 2,
      cache_write_input_tokens: 3,
      total_tokens: 20,
    };
    expect(events.at(-1)).toMatchObject({ type: "end", finish_reason: "stop", usage });
    await done;
    expect(made()).toEqual([CREATE, STREAM, READ_USAGE, DELETE]);
    expect(standIn.agents.size).toBe(0);
    expect(standIn.calls[0]?.body).toMatchObject({
      prompt: { text: "Hello" },
      model: { id: "composer-2" },
    });
    expect(standIn.calls[0]?.body).not.toHaveProperty("repos");
  });

  test("answers whole too", async () => {
    const { stream, done } = open({ streams: ANSWER });
    expect(await foldEvents(await stream)).toMatchObject({
      id: RUN_ID,
      content: [
        { type: "reasoning", text: "A greeting." },
        { type: "text", text: "Hello there" },
      ],
      finish_reason: "stop",
      raw_finish_reason: "FINISHED",
      usage: null,
    });
    await done;
    expect(made()).toContain(DELETE);
  });

  test("sends only what the API documents", async () => {
    const { stream, done } = open({ streams: ANSWER });
    await collectEvents(await stream);
    await done;
    for (const { headers } of standIn.calls) {
      const own = [...headers.keys()].filter(
        (name) =>
          !["host", "connection", "accept-encoding", "user-agent", "content-length"].includes(name),
      );
      expect(
        own.filter((name) => !["authorization", "content-type", "accept"].includes(name)),
      ).toEqual([]);
    }
  });

  test("leaves out thoughts that the caller does not want", async () => {
    const { stream } = open(
      { streams: ANSWER },
      { request: { ...REQUEST, reasoning: { visible: false } } },
    );
    expect((await foldEvents(await stream)).content).toEqual([
      { type: "text", text: "Hello there" },
    ]);
  });

  test("does not ask again for usage that the account may not read", async () => {
    const provider = createProvider();
    const first = open({ streams: ANSWER }, { provider });
    expect(await foldEvents(await first.stream)).toMatchObject({ usage: null });
    await first.done;
    expect(made()).toContain(READ_USAGE);
    const second = open({ streams: ANSWER, usage: USAGE }, { provider });
    expect(await foldEvents(await second.stream)).toMatchObject({ usage: null });
    await second.done;
    expect(made()).not.toContain(READ_USAGE);
  });

  test("ends well if the usage cannot be read", async () => {
    const { stream, done } = open({
      streams: ANSWER,
      usage: { status: 500, code: "internal_error" },
    });
    expect(await foldEvents(await stream)).toMatchObject({ finish_reason: "stop", usage: null });
    await done;
  });

  test("does not delay the answer's end for the deletion, which it retries", async () => {
    const { stream, done } = open({
      streams: ANSWER,
      deletes: [{ status: 429, code: "rate_limit_exceeded", headers: { "retry-after": "1" } }],
    });
    await collectEvents(await stream);
    expect(standIn.agents.size).toBe(1);
    await done;
    expect(made().filter((call) => call === DELETE)).toHaveLength(2);
    expect(standIn.agents.size).toBe(0);
  });

  test("gives up a deletion that Cursor refuses permanently", async () => {
    const { stream, done } = open({
      streams: ANSWER,
      deletes: [{ status: 403, code: "role_forbidden" }],
    });
    await collectEvents(await stream);
    await done;
    expect(made().filter((call) => call === DELETE)).toHaveLength(1);
  });
});

describe("the cursor provider, when a run fails", () => {
  test("gives the run's end, and deletes the agent without cancelling", async () => {
    const failed: StreamEvent = {
      event: "result",
      id: "4-0",
      data: { runId: RUN_ID, status: "ERROR" },
    };
    const { stream, done } = open({ streams: [{ events: [...HELLO, failed], end: "close" }] });
    const events = await collectEvents(await stream);
    expectEventOrder(events);
    expect(events.at(-1)).toMatchObject({
      type: "error",
      error: { code: "upstream_error", upstreamCode: "ERROR" },
    });
    await done;
    expect(made()).toEqual([CREATE, STREAM, DELETE]);
  });

  test("gives the stream's error, and cancels the run before it deletes the agent", async () => {
    const error: StreamEvent = {
      event: "error",
      data: { code: "usage_limit_exceeded", message: "…" },
    };
    const { stream, done } = open({ streams: [{ events: [...HELLO, error], end: "close" }] });
    const events = await collectEvents(await stream);
    expect(events.at(-1)).toMatchObject({
      type: "error",
      error: { code: "upstream_quota_exhausted" },
    });
    await done;
    expect(made()).toEqual([CREATE, STREAM, CANCEL, DELETE]);
  });

  test("gives up a run that falls silent", async () => {
    const { stream, done } = open(
      { streams: [{ events: HELLO, end: "hang" }] },
      { timeouts: { idleMs: 300 } },
    );
    const events = await collectEvents(await stream);
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "upstream_stalled" } });
    await done;
    expect(made()).toEqual([CREATE, STREAM, CANCEL, DELETE]);
  });

  test("gives up a run that only sends heartbeats", async () => {
    const beats = Array.from({ length: 40 }, () => [20, { event: "heartbeat" }]).flat();
    const { stream, done } = open(
      { streams: [{ events: beats, end: "hang" }] },
      { timeouts: { progressMs: 150 } },
    );
    expect((await collectEvents(await stream)).at(-1)).toMatchObject({
      type: "error",
      error: { code: "upstream_stalled" },
    });
    await done;
    expect(made()).toEqual([CREATE, STREAM, CANCEL, DELETE]);
  });

  test("maps a refused creation, with no agent to delete", async () => {
    const cases: [status: number, code: string, wanted: Partial<ChatError>][] = [
      [
        400,
        "validation_error",
        { code: "upstream_rejected", message: "says the stand-in: validation_error" },
      ],
      [400, "invalid_model", { code: "model_not_found", status: 404 }],
      [400, "repository_required", { code: "upstream_rejected" }],
      [401, "unauthorized", { code: "upstream_auth", status: 502 }],
      [403, "plan_required", { code: "upstream_billing", retryable: false }],
      [403, "role_forbidden", { code: "upstream_auth" }],
      [403, "feature_unavailable", { code: "upstream_auth" }],
      [409, "agent_busy", { code: "upstream_conflict", status: 409 }],
      [409, "agent_id_conflict", { code: "upstream_conflict" }],
      [
        429,
        "usage_limit_exceeded",
        { code: "upstream_quota_exhausted", status: 429, retryable: false },
      ],
      [418, "something_new", { code: "upstream_rejected", upstreamCode: "something_new" }],
    ];
    for (const [status, code, wanted] of cases) {
      const { stream, done } = open({ create: { status, code }, streams: [] });
      expect(await chatErrorOf(stream)).toMatchObject({
        ...wanted,
        upstreamStatus: status,
        upstreamRequestId: "req-stand-in",
      });
      await done;
      expect(made()).toEqual([CREATE]);
    }
  });

  test("says when a rate limit ends", async () => {
    const refusal = { status: 429, code: "rate_limit_exceeded", headers: { "retry-after": "7" } };
    const { stream } = open({ create: refusal, streams: [] });
    expect(await chatErrorOf(stream)).toMatchObject({
      code: "upstream_rate_limited",
      retryAfterSeconds: 7,
      retryable: true,
    });
  });

  test("deletes the agent that a failed creation may have left", async () => {
    const { stream, done } = open({
      create: { status: 500, code: "internal_error" },
      streams: [],
      deletes: [{ status: 403, code: "role_forbidden" }],
    });
    expect(await chatErrorOf(stream)).toMatchObject({ code: "upstream_error" });
    await done;
    expect(made()).toEqual([CREATE, DELETE]);
  });

  test("cancels and deletes if the stream cannot be opened", async () => {
    const { stream, done } = open({ streams: [{ status: 410, code: "stream_expired" }] });
    expect(await chatErrorOf(stream)).toMatchObject({ code: "upstream_gone", status: 410 });
    await done;
    expect(made()).toEqual([CREATE, STREAM, CANCEL, DELETE]);
  });
});

describe("the cursor provider, when the stream breaks", () => {
  for (const end of ["close", "break"] as const) {
    test(`resumes once after the last event (${end})`, async () => {
      const { stream, done } = open({
        streams: [
          { events: HELLO.slice(0, 3), end },
          { events: [STATUS, ...HELLO.slice(2), RESULT], end: "close" },
        ],
      });
      const events = await collectEvents(await stream);
      expectEventOrder(events);
      expect(textOf(events)).toBe("Hello there");
      expect(events.at(-1)).toMatchObject({ type: "end" });
      await done;
      expect(made()).toEqual([CREATE, STREAM, STREAM, READ_USAGE, DELETE]);
      expect(standIn.calls[1]?.headers.get("last-event-id")).toBeNull();
      expect(standIn.calls[2]?.headers.get("last-event-id")).toBe("2-0");
    });
  }

  test("never ends the answer, after whichever event and however often it breaks", async () => {
    for (let count = 0; count <= HELLO.length; count += 1) {
      const { stream, done } = open({ streams: [{ events: HELLO.slice(0, count), end: "close" }] });
      const events = await collectEvents(await stream);
      expectEventOrder(events);
      expect(events.at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_incomplete" },
      });
      await done;
      expect(made()).toEqual([CREATE, STREAM, STREAM, CANCEL, DELETE]);
    }
  });

  test("gives the reason if it cannot be resumed", async () => {
    const { stream, done } = open({
      streams: [
        { events: HELLO, end: "close" },
        { status: 410, code: "stream_expired" },
      ],
    });
    const events = await collectEvents(await stream);
    expectEventOrder(events);
    expect(events.at(-1)).toMatchObject({
      type: "error",
      error: { code: "upstream_gone", upstreamCode: "stream_expired" },
    });
    await done;
    expect(made()).toEqual([CREATE, STREAM, STREAM, CANCEL, DELETE]);
  });
});

describe("the cursor provider, when the caller leaves", () => {
  test("before the agent exists: cancels and deletes it as soon as it does", async () => {
    const { stream, abort, done } = open({ createDelayMs: 100, streams: ANSWER });
    await standIn.waitFor("POST", "/v1/agents");
    abort();
    expect(await chatErrorOf(stream)).toMatchObject({ code: "cancelled" });
    expect(standIn.agents.size).toBe(0);
    await done;
    expect(made()).toEqual([CREATE, CANCEL, DELETE]);
    expect(standIn.agents.size).toBe(0);
  });

  test("before the call began: creates no agent", async () => {
    standIn.play({ streams: ANSWER });
    const provider = createProvider();
    const call = createTestCall(REQUEST, { signal: AbortSignal.abort() });
    expect(await chatErrorOf(provider.open(call))).toMatchObject({ code: "cancelled" });
    expect(made()).toEqual([]);
  });

  for (const [when, events] of [
    ["before the first word", [STATUS]],
    ["in the middle", HELLO],
  ] as const) {
    test(`${when}: closes the stream, cancels the run, deletes the agent`, async () => {
      const { stream, abort, done } = open({ streams: [{ events, end: "hang" }] });
      const opened = await stream;
      if (events.length > 1) await readUntilText(opened);
      const reading = collectEvents(opened);
      const call = await standIn.waitFor("GET", "/stream");
      abort();
      const rest = await reading;
      expect(rest.at(-1)).toEqual({ type: "cancelled" });
      await done;
      expect(made()).toEqual([CREATE, STREAM, CANCEL, DELETE]);
      await until("the stream is closed", () => call.closed);
    });
  }

  test("and nobody reads on: still cancels and deletes", async () => {
    const { stream, abort, done } = open({ streams: [{ events: HELLO, end: "hang" }] });
    await readUntilText(await stream);
    abort();
    await done;
    expect(made()).toEqual([CREATE, STREAM, CANCEL, DELETE]);
  });

  test("or the answer is closed: the same, and nothing more is read", async () => {
    const { stream, done } = open({ streams: [{ events: HELLO, end: "hang" }] });
    const opened = await stream;
    await readUntilText(opened);
    opened.close();
    opened.close();
    expect(await opened.read()).toBeNull();
    await done;
    expect(made()).toEqual([CREATE, STREAM, CANCEL, DELETE]);
  });

  test("after the run ended but before the end was read: deletes without cancelling", async () => {
    const { stream, done } = open({ streams: ANSWER });
    const opened = await stream;
    await readUntilText(opened);
    await Bun.sleep(50);
    await opened.read();
    opened.close();
    await done;
    expect(made().at(-1)).toBe(DELETE);
    expect(standIn.agents.size).toBe(0);
  });
});
