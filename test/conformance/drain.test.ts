import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createChatClient, TEST_JWT } from "../support/chat-client.ts";
import { type CursorStandIn, RUN_ID, startCursorStandIn } from "../support/cursor-stand-in.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { until } from "../support/until.ts";

describe.each(["bun", "deno"] as const)("%s that is asked to stop after an answer", (runtime) => {
  let cursor: CursorStandIn;
  beforeAll(async () => {
    cursor = await startCursorStandIn();
  });
  afterAll(() => cursor.stop());

  test("first deletes what the call created at the vendor", async () => {
    cursor.play({
      streams: [
        {
          events: [
            {
              event: "result",
              id: "1-0",
              data: { runId: RUN_ID, status: "FINISHED", text: "Hello" },
            },
            { event: "done" },
          ],
          end: "close",
        },
      ],
      // The first deletion fails, so that the second is still ahead when the signal arrives.
      deletes: [{ status: 503, code: "unavailable" }],
    });
    const server = await startServer(runtime, {
      ...TEST_JWT,
      CURSOR_API_KEY: "crsr_test",
      CURSOR_BASE_URL: cursor.url,
    });
    const client = await createChatClient(server.url);
    const response = await client.open({
      provider: "cursor",
      model: "composer-2",
      messages: [{ role: "user", content: "Hello" }],
    });
    expect(response.status).toBe(200);
    await response.text();
    await cursor.waitFor("DELETE", "");
    expect(cursor.agents.size).toBe(1);
    process.kill(server.pid ?? 0, "SIGTERM");
    await until("the server has ended", server.died);
    expect(cursor.agents.size).toBe(0);
  });
});
