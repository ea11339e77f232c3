import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import * as z from "zod";
import { jsonObjectSchema } from "../../src/json/json-object.ts";
import { type Exchange, exchangeSchema } from "./exchanges/exchange.ts";
import { WRITTEN_EXCHANGES } from "./exchanges/index.ts";

export type { Exchange } from "./exchanges/exchange.ts";

/**
 * Real provider traffic of others, kept outside of the project. The suites play it after the
 * exchanges that are written here, if it is there.
 */
export const recordingsFolder = resolve(import.meta.dir, "../../../shared/recordings");
/** Whether more than the written exchanges is there. */
export const hasRecordings = existsSync(recordingsFolder);
/** Put this behind the title of a test that needs the recordings. */
export const NEEDS_RECORDINGS = "(needs ../shared/recordings)";

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function parseExchange(path: string, text: string): Exchange {
  return {
    ...exchangeSchema.parse(JSON.parse(text)),
    name: basename(path, ".json"),
    path: relative(recordingsFolder, path),
  };
}

/** The written exchanges of a provider, and the recorded ones below `exchanges/<provider>`. */
export function loadExchanges(provider: string): Exchange[] {
  const recorded = listFiles(join(recordingsFolder, "exchanges", provider));
  return [
    ...(WRITTEN_EXCHANGES[provider] ?? []),
    ...recorded.map((path) => parseExchange(path, readFileSync(path, "utf8"))),
  ];
}

/**
 * The exchanges of one endpoint, whoever answered: the folders are named for test suites, not for
 * servers.
 */
export function findExchanges(url: RegExp): Exchange[] {
  const written = Object.values(WRITTEN_EXCHANGES)
    .flat()
    .filter(({ request }) => url.test(request.url));
  const recorded = listFiles(join(recordingsFolder, "exchanges")).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    // The first URL is the request's. Most files are of other endpoints and large, so they are not
    // parsed.
    return url.test(/"url":\s*"([^"]*)"/.exec(text)?.[1] ?? "") ? [parseExchange(path, text)] : [];
  });
  return [...written, ...recorded];
}

/** The recorded answer's body as it came over the wire. */
export function exchangeBytes(exchange: Exchange): Uint8Array {
  const { body } = exchange.response;
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

/**
 * A recorded answer without its request: one whole body, or the `data` of each event of a stream.
 */
export type Chunks = { name: string; path: string } & (
  | { kind: "body"; body: z.infer<typeof jsonObjectSchema> }
  | { kind: "stream"; data: string[] }
);

/** All recorded answers below `chunks/<folder>`; none if the recordings are absent. */
export function loadChunks(folder: string): Chunks[] {
  const chunks: Chunks[] = [];
  for (const path of listFiles(join(recordingsFolder, "chunks", folder))) {
    const text = readFileSync(path, "utf8");
    const place = { path: relative(recordingsFolder, path) };
    if (path.endsWith(".chunks.txt")) {
      const data = text.split(/\r?\n/).filter((line) => line.trim() !== "");
      chunks.push({ ...place, name: basename(path, ".chunks.txt"), kind: "stream", data });
    } else if (path.endsWith(".json")) {
      chunks.push({
        ...place,
        name: basename(path, ".json"),
        kind: "body",
        body: jsonObjectSchema.parse(JSON.parse(text)),
      });
    }
  }
  return chunks;
}

const typedSchema = z.object({ type: z.string() });

export interface SseForm {
  /** Whether each event carries its data's `type` as its name (Anthropic, OpenAI Responses). */
  named: boolean;
  /** Whether the stream ends in `data: [DONE]` (OpenAI Chat Completions). */
  done: boolean;
}

/** The data of a recorded stream → the stream as it came over the wire. */
export function chunksToSse(data: readonly string[], form: SseForm): Uint8Array {
  let text = "";
  for (const line of data) {
    if (form.named) text += `event: ${typedSchema.parse(JSON.parse(line)).type}\n`;
    text += `data: ${line}\n\n`;
  }
  if (form.done) text += "data: [DONE]\n\n";
  return new TextEncoder().encode(text);
}
