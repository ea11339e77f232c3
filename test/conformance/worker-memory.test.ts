import { afterAll, beforeAll, expect, test } from "bun:test";
import { createChatClient, TEST_JWT } from "../support/chat-client.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { until } from "../support/until.ts";

const DEPARTURES = 300;
const AT_ONCE = 30;
/**
 * Most bytes that a departure may leave in the heap. A stream that is not let go holds its whole
 * call, 11 KiB and more; a Durable Object holds some 2 KiB for each answer that it keeps.
 */
const MOST_BYTES = 4000;

/** A vendor who never answers. */
let asked = 0;
const vendor = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch() {
    asked += 1;
    return new Promise<Response>(() => {});
  },
});

let server: RunningServer;
beforeAll(async () => {
  const env = {
    ...TEST_JWT,
    ANTHROPIC_API_KEY: "key",
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${vendor.port}`,
    HEARTBEAT_MS: "100",
    COMMIT_AFTER_MS: "100",
    STORE_ANSWERS: "on",
  };
  server = await startServer("workers", env, { tellsHeap: true });
});
afterAll(async () => {
  await server.stop();
  await vendor.stop(true);
});

const messages = [{ role: "user", content: "word ".repeat(1000) }];
const FROM_ECHO = { provider: "echo", model: "echo-slow", messages };
const FROM_VENDOR = { provider: "claude", messages };

interface Departure {
  readonly body: object;
  /** Whether the answer can be resumed, which another kind of stream is for. */
  readonly isKept?: boolean;
  /** When the caller leaves. */
  readonly after: "the vendor is asked" | "the headers" | "the first content";
}

const countDepartures = () => server.logs().split('"code":"cancelled"').length - 1;

/** Lets callers leave in the middle of an answer, and waits until the server has noticed all. */
async function depart({ body, isKept, after }: Departure): Promise<void> {
  const { open } = await createChatClient(server.url);
  const noticed = countDepartures() + DEPARTURES;
  for (let left = 0; left < DEPARTURES; left += AT_ONCE) {
    const caller = new AbortController();
    const askedThen = asked + AT_ONCE;
    const answers = Array.from({ length: AT_ONCE }, () =>
      open(body, {
        signal: caller.signal,
        ...(isKept ? { headers: { "idempotency-key": crypto.randomUUID() } } : {}),
      }),
    );
    if (after === "the vendor is asked") await until(after, () => asked >= askedThen);
    else {
      const opened = await Promise.all(answers);
      if (after === "the first content")
        await Promise.all(opened.map((answer) => answer.body?.getReader().read()));
    }
    caller.abort();
    await Promise.allSettled(answers);
  }
  await until("all departures are in the log", () => countDepartures() >= noticed);
}

test.each<[string, Departure]>([
  ["a stream", { body: { ...FROM_ECHO, stream: true }, after: "the first content" }],
  [
    "a stream that has no content yet",
    { body: { ...FROM_VENDOR, stream: true }, after: "the headers" },
  ],
  [
    "a stream that is kept",
    {
      body: { ...FROM_ECHO, stream: true, on_disconnect: "cancel" },
      isKept: true,
      after: "the first content",
    },
  ],
  ["a whole answer", { body: FROM_VENDOR, after: "the vendor is asked" }],
])(
  "callers who leave %s leave nothing in the heap",
  async (_what, departure) => {
    if (!server.heapBytes) throw new Error("the heap is not told");
    await depart(departure);
    const before = await server.heapBytes();
    await depart(departure);
    const after = await server.heapBytes();
    expect((after - before) / DEPARTURES).toBeLessThan(MOST_BYTES);
  },
  120_000,
);
