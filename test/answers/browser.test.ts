import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod";
import { type Browser, hasChromium, startBrowser } from "../support/browser.ts";
import {
  type ChatClient,
  createChatClient,
  mintTestToken,
  TEST_JWT,
} from "../support/chat-client.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";

const WORDS = "one two three four five six seven eight nine ten";
/** How much of the first connection goes through, and when it is cut. */
const CUT_MS = 1000;

/** A stream that ends after this time, in the middle. */
function cutAfter(stream: ReadableStream<Uint8Array>, milliseconds: number) {
  const reader = stream.getReader();
  setTimeout(() => reader.cancel(), milliseconds);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

describe.skipIf(!hasChromium)("a browser's EventSource (needs chromium)", () => {
  let server: RunningServer;
  let client: ChatClient;
  let browser: Browser;
  let front: ReturnType<typeof Bun.serve>;
  /** What the browser asked for, and got. */
  let asked: { lastEventId: string | null; status: number }[] = [];

  beforeAll(async () => {
    server = await startServer("bun", { ...TEST_JWT, STORE_ANSWERS: "on" });
    client = await createChatClient(server.url);
    const token = await mintTestToken();
    // An application's own route: EventSource cannot send a token.
    front = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      async fetch(request) {
        const { pathname } = new URL(request.url);
        if (!pathname.startsWith("/chat/"))
          return new Response("<title>x</title>", { headers: { "content-type": "text/html" } });
        const lastEventId = request.headers.get("last-event-id");
        const response = await fetch(`${server.url}${pathname}`, {
          headers: {
            authorization: `Bearer ${token}`,
            ...(lastEventId === null ? {} : { "last-event-id": lastEventId }),
          },
        });
        asked.push({ lastEventId, status: response.status });
        const { status, headers, body } = response;
        const isFirst = asked.length === 1;
        return new Response(body && isFirst ? cutAfter(body, CUT_MS) : body, { status, headers });
      },
    });
    browser = await startBrowser();
    await browser.page.open(front.url.href);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await front.stop(true);
    await server.stop();
  });

  test("comes back by itself, gets each event once, and stops at the end", async () => {
    const started = await client.chat({
      model: "echo-slow",
      background: true,
      stream: true,
      messages: [{ role: "user", content: WORDS }],
    });
    const id = started.headers.get("x-request-id") ?? "";
    asked = [];
    const { page } = browser;
    await page.evaluate(`
      window.told = [];
      window.source = new EventSource("/chat/${id}/events");
      for (const type of ["start", "part-start", "part-delta", "part-end", "usage", "done"])
        source.addEventListener(type, ({ lastEventId }) => told.push(Number(lastEventId)));
    `);
    // It reconnects after 3 s: once because of the cut, and once behind the end.
    await page.until("source.readyState === EventSource.CLOSED");
    const told = z.array(z.number()).parse(await page.evaluate("told"));
    const { last_event_id: last } = z
      .looseObject({ last_event_id: z.number() })
      .parse((await client.send(`/chat/${id}`)).json());
    expect(told).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 204]);
    expect(asked[2]?.lastEventId).toBe(String(last));
  }, 60_000);
});
