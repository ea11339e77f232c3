import { describe, expect, test } from "bun:test";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, streamText } from "ai";
import { OpenAI } from "openai/client";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { createTimerWheel } from "../../src/runtimes/timer-wheel.ts";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";

/** Dollars for a million tokens. */
const PRICE = { input: 1, output: 10 };
/** What 4 tokens of input and 2 of output cost. */
const COST = 0.000024;
const VENDORS_USAGE = { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 };
/** A text that looks like a usage must stay as it is. */
const TRAP = '{"usage":{"a":1}}';

let vendorsUsage: Record<string, unknown> = VENDORS_USAGE;

function answerAsVendor(body: { stream?: boolean }): Response {
  const head = { id: "c1", created: 1, model: "m" };
  const choice = { index: 0, finish_reason: "stop", logprobs: null };
  if (!body.stream)
    return Response.json({
      ...head,
      object: "chat.completion",
      choices: [{ ...choice, message: { role: "assistant", content: TRAP, refusal: null } }],
      usage: vendorsUsage,
    });
  const chunk = (more: object) =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...more })}\n\n`;
  const text =
    chunk({ choices: [{ ...choice, finish_reason: null, delta: { content: TRAP } }] }) +
    chunk({ choices: [{ ...choice, delta: {} }] }) +
    chunk({ choices: [], usage: vendorsUsage });
  return new Response(`${text}data: [DONE]\n\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}

const app = createApp(
  loadConfig({
    ...TEST_JWT,
    LOG_LEVEL: "off",
    COMPATIBLE_PROVIDERS: JSON.stringify([
      { name: "vendor", base_url: "http://vendor/v1", default_model: "m" },
    ]),
    MODEL_CATALOG: JSON.stringify({
      echo: [{ id: "echo", price: PRICE }],
      vendor: [{ id: "m", price: PRICE }],
    }),
  }),
  {
    runtime: "bun",
    random: Math.random,
    fetch: async (_url, init) => answerAsVendor(JSON.parse(String(init.body))),
    now: Date.now,
    randomId: () => crypto.randomUUID().replaceAll("-", ""),
    every: createTimerWheel(),
    log() {},
  },
);
const apiKey = await mintTestToken();
const answerHeaders: Headers[] = [];

const fetchApp = Object.assign(
  async (input: string | URL | Request, init?: RequestInit) => {
    const response = await app.fetch(new Request(input, init), () => {});
    answerHeaders.push(response.headers);
    return response;
  },
  { preconnect() {} },
);

const lastHeader = () => answerHeaders.at(-1)?.get("x-cost-usd");
const baseURL = "http://server/v1";
const openai = new OpenAI({ baseURL, apiKey, fetch: fetchApp, maxRetries: 0 });
const anthropic = new Anthropic({
  baseURL: "http://server",
  authToken: apiKey,
  apiKey: null,
  fetch: fetchApp,
  maxRetries: 0,
});
const messages = [{ role: "user" as const, content: "Hello" }];

/** The cost of an answer of `echo`, by what the client says of its tokens. */
function echoCost(input: number, output: number): number {
  return Number((input * 1e-6 + output * 1e-5).toFixed(9));
}

/** A client's own type does not know the field. */
function costOf(usage: object | null | undefined): unknown {
  return usage && Object.entries(usage).find(([name]) => name === "cost")?.[1];
}

describe("the cost of an answer", () => {
  test("is in usage.cost of a chat completion, for OpenAI's client", async () => {
    const { usage } = await openai.chat.completions.create({ model: "echo/echo", messages });
    const expected = echoCost(usage?.prompt_tokens ?? 0, usage?.completion_tokens ?? 0);
    expect(expected).toBeGreaterThan(0);
    expect(costOf(usage)).toBe(expected);
    expect(Number(lastHeader())).toBe(expected);
  });

  test("is in a stream's usage chunk, and in no header of it", async () => {
    const stream = await openai.chat.completions.create({
      model: "echo/echo",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const usages: object[] = [];
    for await (const { usage } of stream) if (usage) usages.push(usage);
    expect(usages).toHaveLength(1);
    expect(costOf(usages[0])).toBeGreaterThan(0);
    expect(lastHeader()).toBeNull();
  });

  test("is added to what a vendor of the same format says", async () => {
    vendorsUsage = VENDORS_USAGE;
    const whole = await openai.chat.completions.create({ model: "vendor/m", messages });
    expect(whole.usage).toEqual({ ...VENDORS_USAGE, cost: COST } as typeof VENDORS_USAGE);
    expect(lastHeader()).toBe("0.000024");
    const stream = await openai.chat.completions.create({
      model: "vendor/m",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    const usages: unknown[] = [];
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? "";
      if (usage) usages.push(usage);
    }
    expect(text).toBe(TRAP);
    expect(usages).toEqual([{ ...VENDORS_USAGE, cost: COST }]);
  });

  test("is the vendor's own if it says what it cost", async () => {
    vendorsUsage = { ...VENDORS_USAGE, cost: 0.5 };
    const whole = await openai.chat.completions.create({ model: "vendor/m", messages });
    expect(costOf(whole.usage)).toBe(0.5);
    const stream = await openai.chat.completions.create({
      model: "vendor/m",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const { usage } of stream) if (usage) expect(costOf(usage)).toBe(0.5);
  });

  test("is not there if the model has no price", async () => {
    const { usage } = await openai.chat.completions.create({ model: "echo/echo-slow", messages });
    expect(usage?.total_tokens).toBeGreaterThan(0);
    expect(costOf(usage)).toBeUndefined();
    expect(lastHeader()).toBeNull();
  });

  test("is in a response, whole and streamed, for OpenAI's client", async () => {
    const whole = await openai.responses.create({ model: "echo/echo", input: "Hello" });
    expect(costOf(whole.usage)).toBe(
      echoCost(whole.usage?.input_tokens ?? 0, whole.usage?.output_tokens ?? 0),
    );
    expect(Number(lastHeader())).toBeGreaterThan(0);
    const streamed = await openai.responses
      .stream({ model: "echo/echo", input: "Hello" })
      .finalResponse();
    expect(costOf(streamed.usage)).toBe(costOf(whole.usage));
  });

  test("is in a message, whole and streamed, for Anthropic's client", async () => {
    const body = { model: "echo/echo", max_tokens: 100, messages };
    const { usage } = await anthropic.messages.create(body);
    expect(costOf(usage)).toBe(echoCost(usage.input_tokens, usage.output_tokens));
    expect(Number(lastHeader())).toBeGreaterThan(0);
    const costs: unknown[] = [];
    const stream = anthropic.messages.stream(body);
    for await (const event of stream)
      if (event.type === "message_delta") costs.push(costOf(event.usage));
    expect(costs).toEqual([costOf(usage)]);
    expect((await stream.finalMessage()).usage.output_tokens).toBe(usage.output_tokens);
  });

  test("does not disturb the AI SDK's clients", async () => {
    const options = { baseURL, apiKey, fetch: fetchApp };
    for (const model of [
      createOpenAICompatible({ name: "server", includeUsage: true, ...options })("echo/echo"),
      createOpenAI(options).responses("echo/echo"),
      createAnthropic(options)("echo/echo"),
    ]) {
      const whole = await generateText({ model, prompt: "Hello" });
      const streamed = streamText({ model, prompt: "Hello" });
      expect(await streamed.text).toBe(whole.text);
      expect((await streamed.usage).outputTokens).toBe(whole.usage.outputTokens);
    }
  });
});
