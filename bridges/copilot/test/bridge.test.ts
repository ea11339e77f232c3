import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../../../test/support/until.ts";
import type { Bridge } from "../src/bridge.ts";
import type { Settings } from "../src/settings.ts";
import { hasSdk, NEEDS_SDK } from "./installed.ts";
import { CALLS, failure, HELLO, MODELS } from "./scenes.ts";
import { type Scene, type StandInRuntime, startStandInRuntime } from "./stand-in-runtime.ts";

let runtime: StandInRuntime;
const bridges: Bridge[] = [];

async function start(settings: Partial<Settings> = {}): Promise<Bridge> {
  const { startBridge } = await import("../src/bridge.ts");
  const bridge = startBridge(
    {
      host: "127.0.0.1",
      port: 0,
      secret: null,
      gitHubToken: "gho_test",
      runtime: { address: runtime.address, token: "shared" },
      silenceMs: 60_000,
      ...settings,
    },
    {},
  );
  bridges.push(bridge);
  return bridge;
}

beforeAll(async () => {
  runtime = await startStandInRuntime();
});
afterAll(() => runtime.stop());
afterEach(async () => {
  for (const bridge of bridges.splice(0)) await bridge.stop();
});

function ask(bridge: Bridge, body: object, init: RequestInit = {}): Promise<Response> {
  return fetch(`${bridge.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-5.4",
      messages: [{ role: "user", content: "Hi" }],
      ...body,
    }),
    ...init,
  });
}

interface Chunk {
  choices?: { delta: Record<string, unknown>; finish_reason: string | null }[];
  usage?: unknown;
  error?: unknown;
}

/** The `data` of a stream; comments are left out. */
async function readData(response: Response): Promise<string[]> {
  return [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => data);
}

async function readChunks(response: Response): Promise<Chunk[]> {
  return (await readData(response))
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data));
}

const WEATHER = {
  type: "function",
  function: { name: "weather", parameters: { type: "object", properties: {} } },
};

describe.skipIf(!hasSdk)(
  `the bridge, over the SDK and a stand-in for its runtime ${NEEDS_SDK}`,
  () => {
    test("answers whole", async () => {
      runtime.play({ steps: HELLO, models: MODELS });
      const response = await ask(await start(), {});
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        id: expect.stringMatching(/^chatcmpl-/),
        created: expect.any(Number),
        model: "gpt-5.4",
        object: "chat.completion",
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: "Hello there", reasoning_content: "Hmm." },
            finish_reason: "stop",
          },
        ],
        usage: {
          prompt_tokens: 100,
          completion_tokens: 20,
          total_tokens: 120,
          prompt_tokens_details: { cached_tokens: 40 },
          completion_tokens_details: { reasoning_tokens: 5 },
        },
      });
    });

    test("streams, with the usage on request", async () => {
      runtime.play({ steps: HELLO, models: MODELS });
      const bridge = await start();
      const response = await ask(bridge, { stream: true, stream_options: { include_usage: true } });
      expect(response.headers.get("content-type")).toStartWith("text/event-stream");
      const data = await readData(response);
      expect(data.at(-1)).toBe("[DONE]");
      const chunks: Chunk[] = data.slice(0, -1).map((text) => JSON.parse(text));
      expect(chunks.map(({ choices }) => choices?.[0]?.delta)).toEqual([
        { role: "assistant", reasoning_content: "Hmm." },
        { content: "Hello" },
        { content: " there" },
        {},
        undefined,
      ]);
      expect(chunks.map(({ choices }) => choices?.[0]?.finish_reason)).toEqual([
        null,
        null,
        null,
        "stop",
        undefined,
      ]);
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 120 } });
      runtime.play({ steps: HELLO, models: MODELS });
      expect(
        (await readChunks(await ask(bridge, { stream: true }))).some(
          ({ usage }) => usage !== undefined,
        ),
      ).toBe(false);
    });

    test("gives the session nothing to act with, and deletes it", async () => {
      runtime.play({ steps: HELLO, models: MODELS });
      const bridge = await start();
      const messages = [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
      ];
      await (await ask(bridge, { messages })).text();
      await bridge.settled();
      const [session] = runtime.sessions;
      expect(session?.config).toMatchObject({
        model: "gpt-5.4",
        streaming: true,
        systemMessage: { mode: "replace", content: "Be brief." },
        availableTools: [],
        tools: [],
        toolFilterPrecedence: "excluded",
        infiniteSessions: { enabled: false },
        memory: { enabled: false },
        enableSkills: false,
        enableSessionStore: false,
        enableSessionTelemetry: false,
        enableHostGitOperations: false,
        enableFileHooks: false,
        gitHubToken: "gho_test",
      });
      expect(session?.sent).toMatchObject([{ prompt: "Hi" }]);
      expect(session).toMatchObject({ aborted: false, deleted: true });
      expect(runtime.connections.at(-1)).toMatchObject({
        token: "shared",
        clientInfo: { editorName: "ai-server-copilot-bridge" },
      });
    });

    test("passes tool calls to the caller, who returns with the results", async () => {
      runtime.play({ steps: CALLS, models: MODELS });
      const bridge = await start();
      const first = await (await ask(bridge, { tools: [WEATHER] })).json();
      expect(first.choices[0]).toEqual({
        index: 0,
        message: {
          role: "assistant",
          content: "Let me look.",
          tool_calls: [
            {
              id: "call_1",
              type: "function",
              function: { name: "weather", arguments: '{"city":"Paris"}' },
            },
            {
              id: "call_2",
              type: "function",
              function: { name: "weather", arguments: '{"city":"Rome"}' },
            },
          ],
        },
        finish_reason: "tool_calls",
      });
      await bridge.settled();
      const [session] = runtime.sessions;
      expect(session).toMatchObject({ aborted: true, deleted: true });
      expect(session?.config).toMatchObject({
        availableTools: ["custom:weather"],
        tools: [
          { name: "weather", skipPermission: true, overridesBuiltInTool: true, defer: "never" },
        ],
      });

      runtime.play({ steps: HELLO, models: MODELS });
      const messages = [
        { role: "user", content: "Weather?" },
        first.choices[0].message,
        { role: "tool", tool_call_id: "call_1", content: "sunny" },
        { role: "tool", tool_call_id: "call_2", content: "rain" },
      ];
      expect((await ask(bridge, { messages, tools: [WEATHER] })).status).toBe(200);
      expect(runtime.sessions[0]?.sent[0]?.prompt).toEndWith(
        '=== result of the tool "weather" (call "call_2") ===\nrain',
      );
    });

    test("streams tool calls", async () => {
      runtime.play({ steps: CALLS, models: MODELS });
      const chunks = await readChunks(await ask(await start(), { stream: true, tools: [WEATHER] }));
      expect(chunks.map(({ choices }) => choices?.[0])).toMatchObject([
        { delta: { role: "assistant", content: "Let me look." } },
        {
          delta: {
            tool_calls: [
              { index: 0, id: "call_1", type: "function", function: { name: "weather" } },
            ],
          },
        },
        { delta: { tool_calls: [{ index: 1, id: "call_2", type: "function" }] } },
        { delta: {}, finish_reason: "tool_calls" },
      ]);
    });

    test("passes images to models with vision", async () => {
      runtime.play({ steps: HELLO, models: MODELS });
      const bridge = await start();
      const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
      const messages = [{ role: "user", content: [{ type: "text", text: "What is it?" }, image] }];
      expect((await ask(bridge, { messages })).status).toBe(200);
      expect(runtime.sessions[0]?.sent[0]?.attachments).toEqual([
        { type: "blob", data: "AAAA", mimeType: "image/png", displayName: "image 1" },
      ]);
      expect((await ask(bridge, { messages, model: "blind" })).status).toBe(400);
      const two = [{ role: "user", content: [image, image] }];
      expect((await ask(bridge, { messages: two })).status).toBe(400);
    });

    test("passes the effort to models that support it", async () => {
      runtime.play({ steps: HELLO, models: MODELS });
      const bridge = await start();
      expect((await ask(bridge, { reasoning_effort: "high" })).status).toBe(200);
      expect(runtime.sessions[0]?.config.reasoningEffort).toBe("high");
      for (const body of [
        { reasoning_effort: "medium" },
        { reasoning_effort: "low", model: "blind" },
      ]) {
        const response = await ask(bridge, body);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({
          error: { code: "unsupported_parameter", param: "reasoning_effort" },
        });
      }
    });

    test("lists the models that the account may use", async () => {
      runtime.play({ models: MODELS });
      const response = await fetch(`${(await start()).url}/v1/models`);
      expect(await response.json()).toEqual({
        object: "list",
        data: ["gpt-5.4", "blind"].map((id) => ({
          id,
          object: "model",
          created: 0,
          owned_by: "github-copilot",
        })),
      });
    });

    test("reports a model that is not offered, or disabled for the account", async () => {
      runtime.play({ steps: HELLO, models: MODELS });
      const bridge = await start();
      for (const model of ["gpt-1", "off"]) {
        const response = await ask(bridge, { model });
        expect(response.status).toBe(404);
        expect(await response.json()).toMatchObject({
          error: { code: "model_not_found", param: "model" },
        });
      }
      expect(runtime.sessions).toEqual([]);
      expect((await ask(bridge, { model: "auto" })).status).toBe(200);
    });

    test("gives failures before the answer their HTTP status, also for a stream", async () => {
      const bridge = await start();
      const cases: [scene: Scene, status: number, code: string][] = [
        [{ steps: failure("quota") }, 429, "insufficient_quota"],
        [{ steps: failure("rate_limit", { statusCode: 429 }) }, 429, "rate_limit_exceeded"],
        [{ steps: failure("query") }, 502, "upstream_error"],
        [{ steps: failure("query"), isAuthenticated: false }, 401, "invalid_api_key"],
        [{ refuseSession: "no" }, 502, "upstream_error"],
        [{ refuseSession: "no", isAuthenticated: false }, 401, "invalid_api_key"],
      ];
      for (const [scene, status, code] of cases) {
        for (const stream of [false, true]) {
          runtime.play(scene);
          const response = await ask(bridge, { stream });
          expect(response.status).toBe(status);
          expect(await response.json()).toMatchObject({ error: { code, status } });
          await bridge.settled();
          expect(runtime.sessions.every(({ deleted }) => deleted)).toBe(true);
        }
      }
      runtime.play({ isAuthenticated: false });
      expect((await fetch(`${bridge.url}/v1/models`)).status).toBe(401);
    });

    test("ends a stream that fails midway with the error and no end marker", async () => {
      runtime.play({
        steps: [...HELLO.slice(0, 3), ...failure("rate_limit", { statusCode: 429 })],
      });
      const bridge = await start();
      const data = await readData(await ask(bridge, { stream: true }));
      expect(JSON.parse(data.at(-1) ?? "")).toMatchObject({
        error: { code: "rate_limit_exceeded", status: 429 },
      });
      expect(data).not.toContain("[DONE]");
      await bridge.settled();
      expect(runtime.sessions[0]?.deleted).toBe(true);
    });

    test("aborts and deletes the session when the caller leaves, before or after the first word", async () => {
      const bridge = await start();
      for (const steps of [[], HELLO.slice(0, 3)]) {
        for (const stream of [true, false]) {
          runtime.play({ steps });
          const controller = new AbortController();
          const asked = ask(bridge, { stream }, { signal: controller.signal });
          asked.catch(() => {});
          await until(
            "the session was sent the prompt",
            () => runtime.sessions[0]?.sent.length === 1,
          );
          if (stream && steps.length > 0) await (await asked).body?.getReader().read();
          controller.abort();
          await until("the session is deleted", () => runtime.sessions[0]?.deleted === true);
          expect(runtime.sessions).toMatchObject([{ aborted: true, deleted: true }]);
        }
      }
    });

    test("deletes a session that is created only after the caller has left", async () => {
      runtime.play({ steps: HELLO, createDelayMs: 1500 });
      const bridge = await start();
      const controller = new AbortController();
      const asked = ask(bridge, {}, { signal: controller.signal });
      asked.catch(() => {});
      await Bun.sleep(50);
      controller.abort();
      await until("the session is deleted", () => runtime.sessions[0]?.deleted === true);
      expect(runtime.sessions).toMatchObject([{ sent: [], deleted: true }]);
    });

    test("notices a crashed runtime, and reconnects for the next answer", async () => {
      runtime.play({ steps: [...HELLO.slice(0, 3), 50], breaksDown: true });
      const bridge = await start();
      const data = await readData(await ask(bridge, { stream: true }));
      expect(JSON.parse(data.at(-1) ?? "")).toMatchObject({
        error: { code: "runtime_unavailable" },
      });
      runtime.play({ steps: HELLO });
      expect((await ask(bridge, {})).status).toBe(200);
    });

    test("gives up on a session that is silent for too long", async () => {
      runtime.play({ steps: HELLO.slice(0, 3) });
      const bridge = await start({ silenceMs: 500 });
      const data = await readData(await ask(bridge, { stream: true }));
      expect(JSON.parse(data.at(-1) ?? "")).toMatchObject({
        error: { code: "timeout", status: 504 },
      });
      await bridge.settled();
      expect(runtime.sessions).toMatchObject([{ aborted: true, deleted: true }]);
    });

    test("reports a missing runtime", async () => {
      const bridge = await start({ runtime: { address: "127.0.0.1:1", token: null } });
      const response = await ask(bridge, {});
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ error: { code: "runtime_unavailable" } });
    });

    test("accepts callers with the secret, and nobody else", async () => {
      runtime.play({ steps: HELLO });
      const bridge = await start({ secret: "0123456789abcdef" });
      for (const authorization of ["", "Bearer 0123456789abcdeF", "0123456789abcdef"]) {
        const response = await ask(
          bridge,
          {},
          { headers: { "content-type": "application/json", authorization } },
        );
        expect(response.status).toBe(401);
      }
      const headers = {
        "content-type": "application/json",
        authorization: "Bearer 0123456789abcdef",
      };
      expect((await ask(bridge, {}, { headers })).status).toBe(200);
      expect((await fetch(`${bridge.url}/health`)).status).toBe(200);
    });

    test("without a secret serves programs on this machine, but no web page", async () => {
      runtime.play({ steps: HELLO });
      const bridge = await start();
      const json = { "content-type": "application/json" };
      expect(
        (await ask(bridge, {}, { headers: { ...json, origin: "http://evil.example" } })).status,
      ).toBe(403);
      expect((await ask(bridge, {}, { headers: { ...json, host: "evil.example" } })).status).toBe(
        403,
      );
      expect((await ask(bridge, {}, { headers: { "content-type": "text/plain" } })).status).toBe(
        415,
      );
      expect((await ask(bridge, {}, { headers: json, body: "{" })).status).toBe(400);
      expect((await fetch(`${bridge.url}/v1/nothing`)).status).toBe(404);
      expect(runtime.sessions).toEqual([]);
    });
  },
);
