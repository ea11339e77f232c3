import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { measureLeast } from "../../../test/support/measure-least.ts";
import { until } from "../../../test/support/until.ts";
import type { App } from "../src/app.ts";
import type { Runtime } from "../src/runtime.ts";
import { hasRuntime, NEEDS_RUNTIME } from "./installed.ts";

/** What the model's server was asked. */
const asked: Record<string, unknown>[] = [];
let answer: "text" | "calls" | "silence" = "text";
let closedAt: number | undefined;
let before: string[];
let app: App;
let runtime: Runtime;
let model: ReturnType<typeof Bun.serve>;

function chunk(delta: Record<string, unknown>, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices })}\n\n`;
}

const CALL = {
  index: 0,
  id: "call_1",
  type: "function",
  function: { name: "weather", arguments: '{"city":"Paris"}' },
};
const END = `data: ${JSON.stringify({ id: "c1", choices: [], usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } })}\n\ndata: [DONE]\n\n`;

function streamAnswer(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
      send(chunk({ role: "assistant", content: "Hello" }));
      if (answer === "silence") return;
      if (answer === "calls") send(chunk({ tool_calls: [CALL] }) + chunk({}, "tool_calls") + END);
      else send(chunk({ content: " there" }) + chunk({}, "stop") + END);
      controller.close();
    },
    cancel() {
      closedAt = performance.now();
    },
  });
}

function ask(body: object, signal?: AbortSignal): Promise<Response> {
  return app.fetch(
    new Request("http://127.0.0.1/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], ...body }),
      ...(signal ? { signal } : {}),
    }),
  );
}

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("copilot-bridge-"));
}

/**
 * GitHub's own runtime, with a server of ours in the place of Copilot's models: what it does with a
 * session is the real thing.
 */
describe.skipIf(!hasRuntime)(`the bridge, over GitHub's runtime ${NEEDS_RUNTIME}`, () => {
  beforeAll(async () => {
    before = leftovers();
    const { createApp } = await import("../src/app.ts");
    const { createRuntime } = await import("../src/runtime.ts");
    model = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      async fetch(request) {
        asked.push(await request.json());
        return new Response(streamAnswer(), { headers: { "content-type": "text/event-stream" } });
      },
    });
    runtime = createRuntime({ gitHubToken: "gho_test", runtime: null }, process.env);
    const baseUrl = `http://127.0.0.1:${model.port}/v1`;
    app = createApp(
      { secret: null, silenceMs: 30_000 },
      {
        ...runtime,
        createSession: (config) =>
          runtime.createSession({ ...config, provider: { type: "openai", baseUrl, apiKey: "k" } }),
      },
    );
  });
  afterAll(async () => {
    await app.settled();
    await runtime.stop();
    await model.stop(true);
    expect(leftovers()).toEqual(before);
  });
  beforeEach(() => {
    asked.length = 0;
    answer = "text";
  });

  test("sends the model the system message and the prompt, and no tools", async () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ];
    const response = await ask({ messages });
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: "Hello there" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 9, completion_tokens: 3 },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: expect.stringMatching(/^<current_datetime>[^<]*<\/current_datetime>\n\nHi$/),
        },
      ],
    });
    expect(asked[0]).not.toHaveProperty("tools");
  }, 120_000);

  test("offers the model only the caller's tools, and passes on their calls", async () => {
    answer = "calls";
    const tools = [
      {
        type: "function",
        function: { name: "weather", parameters: { type: "object", properties: {} } },
      },
    ];
    expect(await (await ask({ tools })).json()).toMatchObject({
      choices: [
        {
          message: {
            content: "Hello",
            tool_calls: [{ id: "call_1", function: { name: "weather" } }],
          },
        },
      ],
    });
    expect(asked[0]).toMatchObject({ tools: [{ function: { name: "weather" } }] });
    await app.settled();
    expect(asked).toHaveLength(1);
  }, 120_000);

  test("closes the connection to the model within a second after the caller leaves", async () => {
    answer = "silence";
    const tookMs = await measureLeast(1000, async () => {
      closedAt = undefined;
      const controller = new AbortController();
      const response = await ask({ stream: true }, controller.signal);
      await response.body?.getReader().read();
      const leftAt = performance.now();
      controller.abort();
      await app.settled();
      await until("the connection is closed", () => closedAt !== undefined);
      return (closedAt ?? Number.POSITIVE_INFINITY) - leftAt;
    });
    expect(tookMs).toBeLessThan(1000);
  }, 120_000);
});
