import { type GoogleAnswer, readGoogleAnswer } from "./google-answer.ts";
import { type Exchange, exchangeBytes, loadChunks, loadExchanges } from "./recordings.ts";

/** One recorded answer of `generateContent` or `streamGenerateContent`. */
export interface GoogleRecording {
  name: string;
  contentType: string;
  bytes: Uint8Array;
  streamed: boolean;
  answer: GoogleAnswer;
}

/** The generation calls; the others are lists of models, counts of tokens, a token exchange and a file. */
export const generateExchanges: readonly Exchange[] = loadExchanges("google").filter(({ request }) =>
  /:(streamG|g)enerateContent\b/.test(request.url),
);

export const countExchanges: readonly Exchange[] = loadExchanges("google").filter(({ request }) =>
  request.url.endsWith(":countTokens"),
);

/** The model that was asked; it stands in the address. */
export function askedModel({ request }: Exchange): string {
  return /models\/([^:]+):/.exec(request.url)?.[1] ?? "";
}

function parseSse(text: string): unknown[] {
  return text.split(/\r?\n/).flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice("data: ".length))] : []));
}

function readExchange(exchange: Exchange): GoogleRecording {
  const bytes = exchangeBytes(exchange);
  const text = new TextDecoder().decode(bytes);
  const parsed: unknown = exchange.response.sse ? parseSse(text) : JSON.parse(text);
  return {
    name: exchange.name,
    contentType: exchange.response.headers["content-type"] ?? "",
    bytes,
    streamed: exchange.response.sse,
    answer: readGoogleAnswer(Array.isArray(parsed) ? parsed : [parsed]),
  };
}

function loadGoogleChunks(): GoogleRecording[] {
  return loadChunks("google")
    .filter(({ path }) => !path.includes("/interactions/"))
    .map((chunks) => {
      const streamed = chunks.kind === "stream";
      // Google ends its lines in CRLF.
      const text = streamed ? chunks.data.map((data) => `data: ${data}\r\n\r\n`).join("") : JSON.stringify(chunks.body);
      return {
        name: chunks.name,
        contentType: streamed ? "text/event-stream" : "application/json; charset=UTF-8",
        bytes: new TextEncoder().encode(text),
        streamed,
        answer: readGoogleAnswer(streamed ? chunks.data.map((data) => JSON.parse(data)) : [chunks.body]),
      };
    });
}

export const googleRecordings: readonly GoogleRecording[] = [...generateExchanges.map(readExchange), ...loadGoogleChunks()];

const CONTENT_FILTER: ReadonlySet<string> = new Set(["SAFETY", "MODEL_ARMOR", "RECITATION", "PROHIBITED_CONTENT"]);

/** The finish reason in our words. */
export function expectedFinish({ finishReason, blockReason, calls }: GoogleAnswer): string {
  if (blockReason !== undefined || CONTENT_FILTER.has(finishReason ?? "")) return "content_filter";
  if (finishReason === "MAX_TOKENS") return "length";
  return calls.length > 0 ? "tool_calls" : "stop";
}
