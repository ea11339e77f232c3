import { isJsonObject, type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import {
  chunksToSse,
  type Exchange,
  exchangeBytes,
  loadChunks,
  loadExchanges,
} from "./recordings.ts";

/** What a recorded answer of Chat Completions says, read without the server's own code. */
export interface CompletionAnswer {
  /** Empty if the server gave none; the model too. */
  id: string;
  model: string;
  text: string;
  refusal: string;
  reasoning: string;
  /**
   * What has to go back byte for byte: the signatures and the hidden data in `reasoning_details`.
   */
  signatures: string[];
  calls: { id: string; name: string; arguments: string }[];
  finishReason: string | null;
  usage: JsonObject | null;
  /** The error in an answer that came with status 200. */
  error: JsonObject | null;
}

export interface CompletionRecording {
  name: string;
  /** The provider that is configured for the server that was recorded. */
  provider: string;
  streamed: boolean;
  contentType: string;
  bytes: Uint8Array;
  /** The data of each event; the one body if it was not streamed. */
  data: string[];
  answer: CompletionAnswer;
}

/**
 * The name under which the recorded servers are configured in tests; every other one is `plain`, a
 * server without quirks.
 */
const PROVIDERS: Readonly<Record<string, string>> = {
  "api.groq.com": "groq",
  "api.mistral.ai": "mistral",
  "openrouter.ai": "openrouter",
  "api.deepseek.com": "deepseek",
  "api.x.ai": "xai",
  "ollama.com": "ollama",
  "localhost:11434": "ollama",
};

export function providerOf({ request }: Exchange): string {
  return PROVIDERS[new URL(request.url).host] ?? "plain";
}

/** Switches all of them on. */
export const TEST_VARIABLES: Readonly<Record<string, string>> = {
  GROQ_API_KEY: "key",
  MISTRAL_API_KEY: "key",
  OPENROUTER_API_KEY: "key",
  DEEPSEEK_API_KEY: "key",
  XAI_API_KEY: "key",
  OLLAMA: "1",
  COMPATIBLE_PROVIDERS: '[{"name":"plain","base_url":"http://plain.test/v1"}]',
};

/** The recorded calls of POST …/chat/completions, whoever answered. */
export const completionExchanges: Exchange[] = [
  "openai",
  "groq",
  "mistral",
  "ollama",
  "deepseek",
  "openrouter",
  "xai",
].flatMap((provider) =>
  loadExchanges(provider).filter(({ request }) =>
    /\/chat\/completions(?:[?#]|$)/.test(request.url),
  ),
);

/** OpenRouter's form of a file, which OpenAI and servers without quirks do not take. */
export function hasFileUrl({ request }: Exchange): boolean {
  return /"file_data":"https?:/.test(JSON.stringify(request.body));
}

function dataLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) => (line.startsWith("data: ") ? [line.slice("data: ".length)] : []));
}

/** An exchange that was answered with status 200 and something of this format. */
export function readExchange(exchange: Exchange): CompletionRecording {
  const { body, sse } = exchange.response;
  const data = sse && typeof body === "string" ? dataLines(body) : [JSON.stringify(body)];
  return {
    name: exchange.name,
    provider: providerOf(exchange),
    streamed: sse,
    contentType: exchange.response.headers["content-type"] ?? "",
    bytes: exchangeBytes(exchange),
    data,
    answer: readAnswer(data),
  };
}

/**
 * Some files hold the turns of a conversation one behind the other; each turn has an id of its own.
 * Azure's verdict on the prompt, the first chunk, has none.
 */
function splitTurns(lines: readonly string[]): string[][] {
  const turns: string[][] = [];
  let before: unknown;
  for (const line of lines) {
    const { id } = jsonObjectSchema.parse(JSON.parse(line));
    if (turns.length === 0 || (id && before && id !== before)) turns.push([]);
    before = id || before;
    turns[turns.length - 1]?.push(line);
  }
  return turns;
}

/**
 * The folders with answers of this format, and perhaps of others, each with the provider that plays
 * it.
 */
const CHUNK_FOLDERS: Readonly<Record<string, string>> = {
  xai: "xai",
  mistral: "mistral",
  groq: "groq",
  "deepseek/chat": "deepseek",
  "openai/chat": "plain",
  "openai-compatible/chat": "plain",
  alibaba: "plain",
  azure: "plain",
  moonshotai: "plain",
  perplexity: "plain",
  togetherai: "plain",
};

function isCompletion(body: unknown): boolean {
  const choice: unknown =
    isJsonObject(body) && Array.isArray(body.choices) ? body.choices[0] : undefined;
  return isJsonObject(choice) && (isJsonObject(choice.message) || isJsonObject(choice.delta));
}

function loadChunkRecordings(): CompletionRecording[] {
  const recordings: CompletionRecording[] = [];
  for (const [folder, provider] of Object.entries(CHUNK_FOLDERS)) {
    for (const chunks of loadChunks(folder)) {
      if (/\/responses\//.test(chunks.path)) continue;
      if (chunks.kind === "body") {
        if (!isCompletion(chunks.body)) continue;
        const text = JSON.stringify(chunks.body);
        recordings.push({
          name: `${folder} ${chunks.name} (whole)`,
          provider,
          streamed: false,
          contentType: "application/json",
          bytes: new TextEncoder().encode(text),
          data: [text],
          answer: readAnswer([text]),
        });
        continue;
      }
      if (!chunks.data.some((line) => isCompletion(JSON.parse(line)))) continue;
      const turns = splitTurns(chunks.data);
      turns.forEach((lines, turn) => {
        recordings.push({
          name: `${folder} ${chunks.name} (stream${turns.length > 1 ? `, turn ${turn + 1}` : ""})`,
          provider,
          streamed: true,
          contentType: "text/event-stream",
          bytes: chunksToSse(lines, { named: false, done: true }),
          data: [...lines, "[DONE]"],
          answer: readAnswer(lines),
        });
      });
    }
  }
  return recordings;
}

/** Whether it was answered with status 200 and something of this format. */
export function isAnswered({ response }: Exchange): boolean {
  return response.status === 200 && (response.sse || isCompletion(response.body));
}

/** Every recorded answer of Chat Completions; none if the recordings are absent. */
export const completionRecordings: CompletionRecording[] = [
  ...completionExchanges.filter(isAnswered).map(readExchange),
  ...loadChunkRecordings(),
];

function textOf(content: unknown, type: "text" | "thinking"): string {
  if (typeof content === "string") return type === "text" ? content : "";
  if (!Array.isArray(content)) return "";
  return content
    .filter(isJsonObject)
    .map((part) => {
      if (part.type !== type) return "";
      return type === "text" ? String(part.text) : textOf(part.thinking, "text");
    })
    .join("");
}

function readAnswer(data: readonly string[]): CompletionAnswer {
  const answer: CompletionAnswer = {
    id: "",
    model: "",
    text: "",
    refusal: "",
    reasoning: "",
    signatures: [],
    calls: [],
    finishReason: null,
    usage: null,
    error: null,
  };
  for (const line of data) {
    if (line === "[DONE]") continue;
    const chunk = jsonObjectSchema.parse(JSON.parse(line));
    answer.id ||= String(chunk.id ?? "");
    answer.model ||= String(chunk.model ?? "");
    const groq = isJsonObject(chunk.x_groq) ? chunk.x_groq.usage : undefined;
    if (isJsonObject(chunk.usage)) answer.usage = chunk.usage;
    else if (isJsonObject(groq)) answer.usage = groq;
    if (isJsonObject(chunk.error)) answer.error = chunk.error;
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    if (!isJsonObject(choice)) continue;
    // Snowflake's is empty.
    if (typeof choice.finish_reason === "string")
      answer.finishReason = choice.finish_reason || null;
    const message = choice.delta ?? choice.message;
    if (!isJsonObject(message)) continue;
    answer.text += textOf(message.content, "text");
    answer.refusal += typeof message.refusal === "string" ? message.refusal : "";
    const details = Array.isArray(message.reasoning_details)
      ? message.reasoning_details.filter(isJsonObject)
      : [];
    answer.reasoning += textOf(message.content, "thinking");
    answer.reasoning += String(
      message.reasoning_content || message.reasoning || details.map(detailText).join(""),
    );
    for (const { signature, data } of details)
      answer.signatures.push(...[signature, data].filter(isText));
    if (Array.isArray(message.tool_calls))
      for (const call of message.tool_calls) readCall(answer, call);
  }
  return answer;
}

function detailText({ text, summary }: JsonObject): string {
  return [text, summary].filter(isText).join("");
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function readCall({ calls }: CompletionAnswer, call: unknown): void {
  if (!isJsonObject(call) || !isJsonObject(call.function)) return;
  const text = String(call.function.arguments ?? "");
  const last = calls[calls.length - 1];
  if (isText(call.id) || isText(call.function.name) || !last) {
    calls.push({ id: String(call.id ?? ""), name: String(call.function.name), arguments: text });
  } else last.arguments += text;
}
