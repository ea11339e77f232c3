import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CALLERS, type CallerKind, type Told } from "../support/callers/index.ts";
import { createNativeCaller } from "../support/callers/native.ts";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import {
  CONTEXT_TOKENS,
  hasLlama,
  KEY,
  type Llama,
  MODEL,
  startLlama,
} from "../support/llama/start-llama.ts";
import { rejectionOf } from "../support/rejection.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { until } from "../support/until.ts";

/**
 * The server before a real llama-server, which speaks three vendors' APIs in its own way: each
 * provider that can call it, and each client library in front. What the model answers is known
 * beforehand.
 */

const TOOL = {
  name: "get_weather",
  description: "The weather of a city.",
  parameters: {
    type: "object" as const,
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};
const SCHEMA = {
  type: "object" as const,
  properties: { color: { type: "string" } },
  required: ["color"],
  additionalProperties: false,
};

/** Providers that call it, with the path on which they do. */
const PROVIDERS = ["llamacpp", "openai", "claude"] as const;

/** What the server under test names wrongly, with a key that llama-server does not know. */
const LOCKED_OUT = { ...TEST_JWT, LOG_LEVEL: "off", RETRY_MAX: "0" };

function variables(url: string, key: string): Record<string, string> {
  return {
    LLAMACPP_BASE_URL: url,
    LLAMACPP_API_KEY: key,
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: key,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: key,
  };
}

/** The provider that calls the same API of llama-server as the client would. */
const SAME_API: Record<CallerKind["dialect"], (typeof PROVIDERS)[number]> = {
  "openai-chat": "llamacpp",
  "openai-responses": "openai",
  "anthropic-messages": "claude",
};

function withoutIds({ text, reasoning, calls, finish, usage }: Told) {
  return {
    text,
    reasoning,
    calls: calls.map(({ name, arguments: input }) => ({ name, input })),
    finish,
    usage,
  };
}

describe.skipIf(!hasLlama)("a real llama-server (needs llama-server)", () => {
  let llama: Llama;
  let server: RunningServer;
  let token: string;

  beforeAll(async () => {
    llama = await startLlama();
    server = await startServer("bun", {
      ...TEST_JWT,
      ...variables(llama.url, KEY),
      LOG_LEVEL: "debug",
      RETRY_MAX: "1",
    });
    token = await mintTestToken();
  });
  afterAll(async () => {
    await server?.stop();
    await llama?.stop();
  });

  const ours = (kind: CallerKind) => kind.create({ url: server.url, token });
  const direct = (kind: CallerKind) => kind.create({ url: llama.url, token: KEY });

  for (const kind of CALLERS) {
    for (const provider of PROVIDERS) {
      describe(`${kind.name} with ${provider}`, () => {
        const model = `${provider}/${MODEL}`;
        for (const stream of [false, true]) {
          const form = stream ? "streamed" : "whole";

          test(`text, ${form}`, async () => {
            const told = await ours(kind).ask({ model, prompt: "plain", stream });
            expect(told).toMatchObject({
              text: "Hello, I am a small model.",
              reasoning: "",
              calls: [],
              finish: "stop",
              usage: { output: 5 },
            });
          });

          test(`reasoning, ${form}`, async () => {
            const told = await ours(kind).ask({ model, prompt: "thinking", stream });
            // The AI SDK's provider of this API passes over reasoning of models whose names it does
            // not know.
            const reasoning = expect.stringMatching(/^(Let me see)?\s*$/);
            expect(told).toMatchObject({ text: "It is blue 🦊.", reasoning, finish: "stop" });
          });

          test(`a call and its result, ${form}`, async () => {
            const first = await ours(kind).ask({ model, prompt: "weather", stream, tools: [TOOL] });
            expect(withoutIds(first)).toMatchObject({
              text: expect.stringMatching(/^Sure! ?$/),
              calls: [{ name: "get_weather", input: { city: "Köln" } }],
              finish: "tool_calls",
            });
            const second = await first.reply(() => "sunny").catch((thrown: unknown) => thrown);
            if (second instanceof Error) {
              // llama-server refuses the form in which the AI SDK brings a text back, from the
              // client itself too.
              expect([kind.name, provider]).toEqual(["ai with @ai-sdk/openai", "openai"]);
              const asked = direct(kind).ask({
                model: MODEL,
                prompt: "weather",
                stream: false,
                tools: [TOOL],
              });
              const refused = await rejectionOf(asked.then((turn) => turn.reply(() => "sunny")));
              expect(String(refused)).toContain("Cannot determine type of 'item'");
              return;
            }
            expect(second).toMatchObject({ text: "Hello, I am a small model." });
          });

          test(`two parallel calls, ${form}`, async () => {
            const first = await ours(kind).ask({ model, prompt: "both", stream, tools: [TOOL] });
            expect(withoutIds(first)).toMatchObject({
              text: "",
              calls: [
                { name: "get_weather", input: { city: "Paris" } },
                { name: "get_weather", input: { city: "Rome" } },
              ],
              finish: "tool_calls",
            });
            expect(new Set(first.calls.map(({ id }) => id)).size).toBe(2);
            const second = await first.reply(({ id }) => id);
            expect(second.text).toBe("Hello, I am a small model.");
          });

          test(`an answer by a schema, ${form}`, async () => {
            const { text } = await ours(kind).ask({
              model,
              prompt: "schema",
              stream,
              schema: SCHEMA,
            });
            expect(JSON.parse(text)).toEqual({ color: "blue" });
          });

          test(`a prompt that is too long, ${form}`, async () => {
            const prompt = "plain ".repeat(CONTEXT_TOKENS);
            const caller = ours(kind);
            const thrown = await rejectionOf(caller.ask({ model, prompt, stream }));
            expect(caller.readErrorBody(thrown)).toMatchObject({ status: 400 });
          });
        }

        test("a caller who leaves frees the slot", async () => {
          const controller = new AbortController();
          const asked = rejectionOf(
            ours(kind).ask({ model, prompt: "endless", stream: true, signal: controller.signal }),
          );
          await until("it writes", async () => (await llama.busySlots()) > 0);
          controller.abort();
          await asked;
          await until("the slot is free", async () => (await llama.busySlots()) === 0);
        });
      });
    }

    describe(`${kind.name}, called directly and through the server`, () => {
      const model = `${SAME_API[kind.dialect]}/${MODEL}`;
      for (const stream of [false, true]) {
        for (const prompt of ["plain", "thinking", "weather", "both"]) {
          test(`is told the same of ${prompt}, ${stream ? "streamed" : "whole"}`, async () => {
            const tools = prompt === "weather" || prompt === "both" ? { tools: [TOOL] } : {};
            const through = withoutIds(await ours(kind).ask({ model, prompt, stream, ...tools }));
            const plainly = await direct(kind)
              .ask({ model: MODEL, prompt, stream, ...tools })
              .then(withoutIds, () => null);
            // llama-server numbers nothing in its streams of /v1/responses, which some clients
            // cannot read.
            if (plainly) expect(through).toEqual(plainly);
            else expect(stream && kind.dialect).toBe("openai-responses");
          });
        }
      }
    });
  }

  test("a wrong key of the server's is no 401, and is not shown", async () => {
    const locked = await startServer("bun", {
      ...LOCKED_OUT,
      ...variables(llama.url, "wrong-key-8c1d4e5f6a7b8c9d"),
    });
    try {
      for (const kind of CALLERS) {
        for (const provider of PROVIDERS) {
          const caller = kind.create({ url: locked.url, token });
          const thrown = await rejectionOf(
            caller.ask({ model: `${provider}/${MODEL}`, prompt: "plain", stream: false }),
          );
          expect(caller.readErrorBody(thrown).status).toBe(502);
          expect(String(thrown)).not.toContain("wrong-key");
        }
      }
    } finally {
      await locked.stop();
    }
  });

  test("POST /chat", async () => {
    for (const provider of PROVIDERS) {
      const told = await createNativeCaller({ url: server.url, token }).ask({
        model: `${provider}/${MODEL}`,
        prompt: "both",
        stream: false,
        tools: [TOOL],
      });
      expect(told.calls.map(({ arguments: input }) => input)).toEqual([
        { city: "Paris" },
        { city: "Rome" },
      ]);
    }
  });

  test("lists its models under the preset's name", async () => {
    const response = await fetch(`${server.url}/providers`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await response.text()).toContain('"llamacpp"');
  });
});
