import type { JsonObject } from "../../../src/json/json-object.ts";
import { DONE, sseText } from "../sse-text.ts";
import { COUNTS, pieces, type ScriptedAnswer } from "../vendors/vendor.ts";
import { eachAnswer, pick } from "./answers.ts";
import { type Exchange, writeExchange } from "./exchange.ts";
import { CITY, NOTHING, PNG, WEATHER } from "./tools.ts";

// Written from platform.openai.com/docs/api-reference/chat and from what the other servers' own
// references say of the differences, as of 2026-11.

/** How one server writes what the others write too. */
interface Server {
  url: string;
  model: string;
  /** The fields of a message, or of a delta, that tell its reasoning. */
  reasoning(text: string, signature: string | undefined): JsonObject;
  usage: JsonObject;
  /**
   * A stream's last chunk, with the finish reason, tells the usage; else a chunk of its own does.
   */
  lastChunk?(usage: JsonObject): JsonObject;
  /** Calls come in one piece each. */
  wholeCalls?: true;
}

const TOKENS = {
  prompt_tokens: COUNTS.input,
  completion_tokens: COUNTS.output,
  total_tokens: COUNTS.total,
};
const REASONING_TOKENS = { completion_tokens_details: { reasoning_tokens: COUNTS.reasoning } };

const SERVERS = {
  openai: {
    url: "https://api.openai.com/v1/chat/completions",
    model: "gpt-6.1-terra",
    // OpenAI tells no reasoning here; servers that follow DeepSeek do.
    reasoning: (reasoning_content) => ({ reasoning_content }),
    usage: { ...TOKENS, prompt_tokens_details: { cached_tokens: 8 }, ...REASONING_TOKENS },
  },
  groq: {
    url: "https://api.groq.com/openai/v1/chat/completions",
    model: "openai/gpt-oss-120b",
    reasoning: (reasoning) => ({ reasoning }),
    usage: { ...TOKENS, queue_time: 0.01, total_time: 0.2 },
    lastChunk: (usage) => ({ x_groq: { id: "req_1", usage } }),
  },
  mistral: {
    url: "https://api.mistral.ai/v1/chat/completions",
    model: "magistral-medium-latest",
    reasoning: (text) => ({
      content: [{ type: "thinking", thinking: [{ type: "text", text }] }],
    }),
    usage: TOKENS,
    lastChunk: (usage) => ({ usage }),
    wholeCalls: true,
  },
  ollama: {
    url: "http://localhost:11434/v1/chat/completions",
    model: "qwen3:8b",
    reasoning: (reasoning) => ({ reasoning }),
    usage: TOKENS,
    wholeCalls: true,
  },
  deepseek: {
    url: "https://api.deepseek.com/chat/completions",
    model: "deepseek-v4-flash",
    reasoning: (reasoning_content) => ({ reasoning_content }),
    usage: {
      ...TOKENS,
      prompt_cache_hit_tokens: 8,
      prompt_cache_miss_tokens: COUNTS.input - 8,
      ...REASONING_TOKENS,
    },
    lastChunk: (usage) => ({ usage }),
  },
  openrouter: {
    url: "https://openrouter.ai/api/v1/chat/completions",
    model: "anthropic/claude-sonnet-5.5",
    reasoning: (reasoning, signature) => ({
      reasoning,
      reasoning_details: [
        {
          type: "reasoning.text",
          text: reasoning,
          ...(signature === undefined ? {} : { signature }),
          format: "anthropic-claude-v1",
          index: 0,
        },
      ],
    }),
    usage: {
      ...TOKENS,
      cost: 0.0012,
      prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 4 },
      ...REASONING_TOKENS,
    },
  },
  xai: {
    url: "https://api.x.ai/v1/chat/completions",
    model: "grok-4.3",
    reasoning: (reasoning_content) => ({ reasoning_content }),
    // xAI leaves the reasoning out of `completion_tokens`.
    usage: {
      ...TOKENS,
      completion_tokens: COUNTS.output - COUNTS.reasoning,
      ...REASONING_TOKENS,
    },
    wholeCalls: true,
  },
} as const satisfies Readonly<Record<string, Server>>;

type ServerName = keyof typeof SERVERS;

function finishOf({ calls = [], finish }: ScriptedAnswer): string {
  return finish ?? (calls.length > 0 ? "tool_calls" : "stop");
}

function writeHead(server: Server, object: string): JsonObject {
  return { id: "chatcmpl-7", object, created: 1_700_000_000, model: server.model };
}

function writeWhole(server: Server, answer: ScriptedAnswer): JsonObject {
  const { reasoning, signature, text, calls = [] } = answer;
  const told = reasoning === undefined ? {} : server.reasoning(reasoning, signature);
  const { content: thinking, ...fields } = told;
  const parts = text === undefined ? [] : [{ type: "text", text }];
  const toolCalls = calls.map(({ id, name, arguments: args }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
  const message = {
    role: "assistant",
    content: Array.isArray(thinking) ? [...thinking, ...parts] : (text ?? null),
    ...fields,
    ...(calls.length > 0 ? { tool_calls: toolCalls } : {}),
  };
  return {
    ...writeHead(server, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer) }],
    usage: server.usage,
  };
}

function writeDeltas(server: Server, answer: ScriptedAnswer): JsonObject[] {
  const { reasoning = "", signature, text = "", calls = [] } = answer;
  const thoughts = pieces(reasoning);
  return [
    { role: "assistant", content: "" },
    ...thoughts.map((piece, at) =>
      server.reasoning(piece, at === thoughts.length - 1 ? signature : undefined),
    ),
    ...pieces(text).map((content) => ({ content })),
    ...calls.flatMap(({ id, name, arguments: args }, index) => {
      const json = JSON.stringify(args);
      const start = { index, id, type: "function" };
      if (server.wholeCalls)
        return [{ tool_calls: [{ ...start, function: { name, arguments: json } }] }];
      return [
        { tool_calls: [{ ...start, function: { name, arguments: "" } }] },
        ...pieces(json).map((piece) => ({
          tool_calls: [{ index, function: { arguments: piece } }],
        })),
      ];
    }),
  ];
}

function writeChunk(server: Server, delta: JsonObject, finish: string | null = null): JsonObject {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { ...writeHead(server, "chat.completion.chunk"), choices };
}

function writeStream(server: Server, answer: ScriptedAnswer): string {
  const { lastChunk, usage } = server;
  const last = { ...writeChunk(server, {}, finishOf(answer)), ...lastChunk?.(usage) };
  const ofItsOwn = { ...writeHead(server, "chat.completion.chunk"), choices: [], usage };
  const chunks = writeDeltas(server, answer).map((delta) => writeChunk(server, delta));
  return sseText([...chunks, last, ...(lastChunk ? [] : [ofItsOwn]), DONE]);
}

const HI = { role: "user", content: "Hi" };
const WEATHER_TOOL = {
  type: "function",
  function: { name: "weather", description: "Tells the weather.", parameters: CITY },
};

/** What every server takes. */
const PLAIN_REQUESTS: readonly [JsonObject, ...JsonObject[]] = [
  { messages: [HI] },
  {
    messages: [
      { role: "system", content: "Be brief." },
      HI,
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Ü 🎉" },
    ],
    temperature: 0.5,
    top_p: 0.9,
    stop: ["###"],
  },
  { messages: [HI], tools: [WEATHER_TOOL], tool_choice: "auto" },
];

/** Requests of every kind that OpenAI's reference describes. */
const REQUESTS: readonly [JsonObject, ...JsonObject[]] = [
  ...PLAIN_REQUESTS,
  {
    messages: [
      { role: "user", content: [{ type: "text", text: "Weather?" }] },
      {
        role: "assistant",
        content: "I look it up.",
        tool_calls: [
          {
            id: "call_1",
            type: "function",
            function: { name: "weather", arguments: '{"city": "Zürich"}' },
          },
          { id: "call_2", type: "function", function: { name: "now", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "sunny ☀" },
      { role: "tool", tool_call_id: "call_2", content: "noon" },
      { role: "user", content: "And now?" },
    ],
    tools: [WEATHER_TOOL, { type: "function", function: { name: "now", parameters: NOTHING } }],
    tool_choice: { type: "function", function: { name: "weather" } },
    parallel_tool_calls: false,
    metadata: { run: "1" },
  },
  {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is in it?" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}`, detail: "low" } },
          { type: "image_url", image_url: { url: "https://example.com/a.png" } },
        ],
      },
    ],
    max_completion_tokens: 300,
    seed: 7,
    user: "user-1",
  },
  {
    messages: [{ role: "developer", content: "Be brief." }, HI],
    response_format: {
      type: "json_schema",
      json_schema: { name: "weather", schema: WEATHER, strict: true },
    },
    reasoning_effort: "low",
    service_tier: "auto",
    logit_bias: { "50256": -100 },
  },
];

function write(
  server: Server,
  name: string,
  {
    stream = false,
    request = { messages: [HI] },
    ...rest
  }: {
    stream?: boolean;
    request?: JsonObject;
    status?: number;
    answer: JsonObject | string;
  },
): Exchange {
  const body = { model: server.model, ...request, ...(stream ? { stream: true } : {}) };
  return writeExchange({ name, url: server.url, request: body, ...rest });
}

/** Of the answers, those in whose form the servers differ. */
const VARIED: ReadonlySet<string> = new Set([
  "letters of one to four bytes",
  "a text that was cut",
  "reasoning before a text",
  "two calls at once",
  "reasoning, a text and two calls",
]);

function answersOf(name: ServerName): Exchange[] {
  const server: Server = SERVERS[name];
  const requests = name === "openai" ? REQUESTS : PLAIN_REQUESTS;
  return eachAnswer((answer, stream, title, number) => {
    if (name !== "openai" && ![...VARIED].some((varied) => title.startsWith(`${varied},`)))
      return [];
    const body = stream ? writeStream(server, answer) : writeWhole(server, answer);
    return [write(server, title, { stream, request: pick(requests, number), answer: body })];
  }).flat();
}

/** A refusal by the model, in the field that OpenAI has for it. */
function refusals(): Exchange[] {
  const server: Server = SERVERS.openai;
  const whole = writeWhole(server, {});
  const message = { role: "assistant", content: null, refusal: "I cannot help with that." };
  const deltas = [
    { role: "assistant", content: null, refusal: "" },
    { refusal: "I cannot " },
    { refusal: "help with that." },
  ];
  const streamed = sseText([
    ...deltas.map((delta) => writeChunk(server, delta)),
    writeChunk(server, {}, "stop"),
    { ...writeHead(server, "chat.completion.chunk"), choices: [], usage: server.usage },
    DONE,
  ]);
  return [
    write(server, "a refusal, whole", {
      answer: { ...whole, choices: [{ index: 0, message, logprobs: null, finish_reason: "stop" }] },
    }),
    write(server, "a refusal, streamed", { stream: true, answer: streamed }),
  ];
}

/** Calls that failed: before the answer, instead of it, and in the middle of it. */
function failures(): Exchange[] {
  const { openai, groq } = SERVERS;
  const error = (message: string, code: string | null, type = "invalid_request_error") => ({
    error: { message, type, param: null, code },
  });
  const begun = writeChunk(groq, { role: "assistant", content: "So far" });
  return [
    write(openai, "a request that was refused", {
      status: 400,
      answer: error("Invalid value for 'messages'.", "invalid_value"),
    }),
    write(openai, "a model that is not there", {
      status: 404,
      answer: error("The model 'x' does not exist.", "model_not_found"),
    }),
    write(openai, "too many requests", {
      status: 429,
      answer: error("Rate limit reached.", "rate_limit_exceeded", "requests"),
    }),
    write(openai, "something else in place of an answer", {
      answer: { object: "list", data: [] },
    }),
    write(groq, "a stream whose tool call failed", {
      stream: true,
      answer: sseText([begun, error("Failed to call a function.", "tool_use_failed")]),
    }),
  ];
}

/** By the folder in which the recordings of the same server are. */
export const completionExchangesByServer: Readonly<Record<ServerName, readonly Exchange[]>> = {
  openai: [...answersOf("openai"), ...refusals(), ...failures()],
  groq: answersOf("groq"),
  mistral: answersOf("mistral"),
  ollama: answersOf("ollama"),
  deepseek: answersOf("deepseek"),
  openrouter: answersOf("openrouter"),
  xai: answersOf("xai"),
};
