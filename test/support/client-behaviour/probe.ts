/**
 * What client libraries do with answers that are not as they should be. A program of its own, run
 * on Bun and on Node:
 *
 *     probe.js URL    →    one line of JSON: client → case → what was seen
 *
 * A client calls `URL/<case>`; the server there (serve-cases.ts) answers as the case says. Waits of
 * more than a second are noted and not waited for.
 */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, type LanguageModel, streamText } from "ai";
import OpenAI from "openai";
import { RETRY_CASES, STREAM_CASES } from "./cases.ts";

/** How a program reads an answer, and what came of it. Rejects if the client throws. */
type Read = (url: string) => Promise<{ text: string; note?: string }>;

interface Client {
  name: string;
  /** Streams, by the ways that the client offers. */
  streams: Readonly<Record<string, Read>>;
  /** A whole answer, with the client's own retries. */
  whole: Read;
}

const KEY = "key";
const MODEL = "m";
const messages = [{ role: "user" as const, content: "Hi" }];
const silent = { logLevel: "off" as const };
globalThis.AI_SDK_LOG_WARNINGS = false;

const openai = (url: string, retries = 0) =>
  new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: retries, ...silent });
const anthropic = (url: string, retries = 0) =>
  new Anthropic({ apiKey: KEY, baseURL: url, maxRetries: retries, ...silent });
/** What the libraries do if nobody says otherwise. */
const DEFAULT_RETRIES = 2;

function aiClient(name: string, model: (url: string) => LanguageModel): Client {
  return {
    name,
    streams: {
      textStream: async (url) => {
        const result = streamText({ model: model(url), prompt: "Hi", maxRetries: 0, onError() {} });
        let text = "";
        for await (const piece of result.textStream) text += piece;
        return { text, note: `finish reason ${await result.finishReason}` };
      },
      fullStream: async (url) => {
        const result = streamText({ model: model(url), prompt: "Hi", maxRetries: 0, onError() {} });
        let text = "";
        for await (const part of result.fullStream) {
          if (part.type === "error") throw part.error;
          if (part.type === "text-delta") text += part.text;
        }
        return { text, note: `finish reason ${await result.finishReason}` };
      },
    },
    whole: async (url) => ({
      text: (await generateText({ model: model(url), prompt: "Hi" })).text,
    }),
  };
}

const CLIENTS: readonly Client[] = [
  {
    name: "openai, chat",
    streams: {
      "for await": async (url) => {
        let text = "";
        const params = { model: MODEL, messages, stream: true as const };
        for await (const chunk of await openai(url).chat.completions.create(params))
          text += chunk.choices[0]?.delta.content ?? "";
        return { text };
      },
      ".stream()": async (url) => {
        const stream = openai(url).chat.completions.stream({ model: MODEL, messages });
        return { text: (await stream.finalContent()) ?? "" };
      },
    },
    whole: async (url) => {
      const client = openai(url, DEFAULT_RETRIES);
      const completion = await client.chat.completions.create({ model: MODEL, messages });
      return { text: completion.choices[0]?.message.content ?? "" };
    },
  },
  {
    name: "openai, responses",
    streams: {
      "for await": async (url) => {
        let text = "";
        const params = { model: MODEL, input: "Hi", stream: true as const };
        for await (const event of await openai(url).responses.create(params))
          if (event.type === "response.output_text.delta") text += event.delta;
        return { text };
      },
      ".stream()": async (url) => {
        const stream = openai(url).responses.stream({ model: MODEL, input: "Hi" });
        const response = await stream.finalResponse();
        return { text: response.output_text, note: `status ${response.status}` };
      },
    },
    whole: async (url) => {
      const client = openai(url, DEFAULT_RETRIES);
      return { text: (await client.responses.create({ model: MODEL, input: "Hi" })).output_text };
    },
  },
  {
    name: "@anthropic-ai/sdk",
    streams: {
      "for await": async (url) => {
        let text = "";
        const params = { model: MODEL, messages, max_tokens: 100, stream: true as const };
        for await (const event of await anthropic(url).messages.create(params))
          if (event.type === "content_block_delta" && event.delta.type === "text_delta")
            text += event.delta.text;
        return { text };
      },
      ".stream()": async (url) => {
        const stream = anthropic(url).messages.stream({ model: MODEL, messages, max_tokens: 100 });
        return { text: await stream.finalText() };
      },
    },
    whole: async (url) => {
      const client = anthropic(url, DEFAULT_RETRIES);
      const message = await client.messages.create({ model: MODEL, messages, max_tokens: 100 });
      const [block] = message.content;
      return { text: block?.type === "text" ? block.text : "" };
    },
  },
  aiClient("ai, openai-compatible", (url) =>
    createOpenAICompatible({ name: "x", apiKey: KEY, baseURL: `${url}/v1` })(MODEL),
  ),
  aiClient("ai, openai", (url) => createOpenAI({ apiKey: KEY, baseURL: `${url}/v1` })(MODEL)),
  aiClient("ai, anthropic", (url) => createAnthropic({ apiKey: KEY, baseURL: `${url}/v1` })(MODEL)),
];

/** Longer ones are limits of the client's, which do not strike here. */
const LONGEST_WAIT_MS = 290_000;
/** Node's fetch keeps an idle connection for so long, by a timer of its own. */
const KEEP_ALIVE_MS = 4000;
let waits: number[] = [];
let limits: number[] = [];

/** Timers of this program alone; none of them may hold a test up. */
function noteWaits(): void {
  const original = globalThis.setTimeout;
  function note(run: (...given: unknown[]) => void, wait = 0, ...given: unknown[]) {
    if (wait >= LONGEST_WAIT_MS) limits.push(wait);
    else if (wait >= 100) waits.push(wait);
    return original(run, wait >= 1000 && wait < LONGEST_WAIT_MS ? 1 : wait, ...given);
  }
  globalThis.setTimeout = Object.assign(note, original);
}

async function describeRead(read: Read, url: string, whole: string): Promise<string> {
  try {
    const { text, note } = await read(url);
    if (text === whole) return "reads it all";
    return note ? `ends, ${note}` : "ends as if whole";
  } catch {
    return "throws";
  }
}

async function describeRetries(read: Read, base: string, name: string): Promise<string> {
  waits = [];
  await read(`${base}/${name}`).catch(() => {});
  const response = await fetch(`${base}/${name}/calls`);
  const calls = Number(await response.text());
  if (calls === 1) return "1 call";
  const asked = RETRY_CASES[name]?.headers["retry-after"];
  const [wait = 0] = waits.filter((milliseconds) => milliseconds !== KEEP_ALIVE_MS);
  if (wait === 0) return `${calls} calls at once`;
  return `${calls} calls, ${asked !== undefined && wait === Number(asked) * 1000 ? "waits" : "own backoff"}`;
}

async function probe(base: string): Promise<Record<string, Record<string, string>>> {
  const seen: Record<string, Record<string, string>> = {};
  for (const { name, streams, whole } of CLIENTS) {
    const cells: Record<string, string> = {};
    for (const [id, { text }] of Object.entries(STREAM_CASES)) {
      const ways = new Map<string, string>();
      for (const [way, read] of Object.entries(streams))
        ways.set(way, await describeRead(read, `${base}/${id}`, text));
      const [first = "", ...others] = ways.values();
      cells[id] = others.every((other) => other === first)
        ? first
        : [...ways].map(([way, what]) => `\`${way}\` ${what}`).join("; ");
    }
    for (const id of Object.keys(RETRY_CASES)) cells[id] = await describeRetries(whole, base, id);
    limits = [];
    await whole(`${base}/well`).catch(() => {});
    cells.timeout = limits.length === 0 ? "none" : `${Math.max(...limits) / 1000} s`;
    seen[name] = cells;
  }
  return seen;
}

noteWaits();
console.log(JSON.stringify(await probe(process.argv[2] ?? "")));
process.exit(0);
