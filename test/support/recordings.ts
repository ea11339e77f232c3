import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import * as z from "zod";
import { jsonObjectSchema } from "../../src/json/json-object.ts";

/** Real provider traffic, kept outside of the project. Suites that play it are left out, visibly, where it is absent. */
export const recordingsFolder = resolve(import.meta.dir, "../../../shared/recordings");
export const hasRecordings = existsSync(recordingsFolder);
/** Put this behind the title of a suite that needs the recordings. */
export const NEEDS_RECORDINGS = "(needs ../shared/recordings)";

const bodySchema = z.union([z.string(), jsonObjectSchema]);

const exchangeSchema = z.object({
  source: z.string(),
  interaction: z.number(),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: bodySchema,
  }),
  response: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    /** Whether the body is an event stream; it is then its exact text. */
    sse: z.boolean(),
    body: bodySchema,
  }),
});

export type Exchange = z.infer<typeof exchangeSchema> & {
  /** The file's name without `.json`; turns of one conversation end in `.0`, `.1`, … */
  name: string;
  /** Path below the recordings, for messages. */
  path: string;
};

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

/** All recorded exchanges below `exchanges/<provider>`; none where the recordings are absent. */
export function loadExchanges(provider: string): Exchange[] {
  return listFiles(join(recordingsFolder, "exchanges", provider)).map((path) =>
    parseExchange(path, readFileSync(path, "utf8")),
  );
}

/** All recorded exchanges of one endpoint, whoever answered: the folders are named for test suites, not for servers. */
export function findExchanges(url: RegExp): Exchange[] {
  return listFiles(join(recordingsFolder, "exchanges")).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    // The first URL is the request's. Most files are of other endpoints and large, so they are not parsed.
    return url.test(/"url":\s*"([^"]*)"/.exec(text)?.[1] ?? "") ? [parseExchange(path, text)] : [];
  });
}

/** The recorded answer's body as it came over the wire. */
export function exchangeBytes(exchange: Exchange): Uint8Array {
  const { body } = exchange.response;
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

/** A recorded answer without its request: one whole body, or the `data` of each event of a stream. */
export type Chunks = { name: string; path: string } & (
  | { kind: "body"; body: z.infer<typeof jsonObjectSchema> }
  | { kind: "stream"; data: string[] }
);

/** All recorded answers below `chunks/<folder>`; none where the recordings are absent. */
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
