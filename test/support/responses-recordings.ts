import { type JsonObject, jsonObjectSchema } from "../../src/chat/format.ts";
import { isJsonObject } from "../../src/json/is-json-object.ts";
import { type Exchange, exchangeBytes, loadChunks, loadExchanges } from "./recordings.ts";

/** One recorded answer of the Responses API. */
export interface ResponsesRecording {
  name: string;
  streamed: boolean;
  bytes: Uint8Array;
  /** The data of each event, up to the end mark; one whole body where it was not streamed. */
  data: JsonObject[];
}

const CREATE = /^POST \S+\/responses(?:\?|$)/;

/** The recorded calls of POST …/responses, whoever answered. */
export const responsesExchanges: Exchange[] = [
  "openai-responses",
  "openai",
  "deepseek",
  "openrouter",
  "mistral",
  "anthropic",
].flatMap((provider) => loadExchanges(provider).filter(({ request }) => CREATE.test(`${request.method} ${request.url}`)));

export function readRecording(exchange: Exchange): ResponsesRecording {
  const { body, sse } = exchange.response;
  const data =
    typeof body !== "string"
      ? [body]
      : body
          .split(/\r?\n/)
          .filter((line) => line.startsWith("data: {"))
          .map((line) => jsonObjectSchema.parse(JSON.parse(line.slice("data: ".length))));
  return { name: exchange.name, streamed: sse, bytes: exchangeBytes(exchange), data };
}

/** Some files hold the turns of a conversation one behind the other. */
function splitTurns(lines: readonly string[]): string[][] {
  const turns: string[][] = [];
  for (const line of lines) {
    if (line.includes('"type":"response.created"') || turns.length === 0) turns.push([]);
    turns[turns.length - 1]?.push(line);
  }
  return turns;
}

function toSse(lines: readonly string[]): string {
  return lines.map((line) => `event: ${jsonObjectSchema.parse(JSON.parse(line)).type}\ndata: ${line}\n\n`).join("");
}

const encoder = new TextEncoder();

function loadChunkRecordings(): ResponsesRecording[] {
  const recordings: ResponsesRecording[] = [];
  for (const folder of ["openai/responses", "xai/responses", "azure", "open-responses"]) {
    for (const chunks of loadChunks(folder)) {
      if (chunks.kind === "body") {
        const bytes = encoder.encode(JSON.stringify(chunks.body));
        recordings.push({ name: `${chunks.name} (whole)`, streamed: false, bytes, data: [chunks.body] });
        continue;
      }
      const turns = splitTurns(chunks.data);
      turns.forEach((lines, turn) => {
        const data = lines.map((line) => jsonObjectSchema.parse(JSON.parse(line)));
        const name = `${chunks.name} (stream${turns.length > 1 ? `, turn ${turn + 1}` : ""})`;
        recordings.push({ name, streamed: true, bytes: encoder.encode(toSse(lines)), data });
      });
    }
  }
  return recordings;
}

/** Every recorded answer of the Responses API that is no refusal; none where the recordings are absent. */
export const responsesRecordings: ResponsesRecording[] = [
  ...responsesExchanges.filter(({ response }) => response.status === 200).map(readRecording),
  ...loadChunkRecordings(),
];

/** The finished response of a recording. */
export function finishedResponse({ data, streamed }: ResponsesRecording): JsonObject {
  const last = data[data.length - 1];
  const response = streamed ? last?.response : last;
  if (!isJsonObject(response)) throw new Error("the recording has no finished response");
  return response;
}

/** The items that the stream finished, in their order in the output; those of the response where there was no stream. */
export function finishedItems(recording: ResponsesRecording): JsonObject[] {
  if (!recording.streamed) return objects(finishedResponse(recording).output);
  return recording.data
    .filter(({ type }) => type === "response.output_item.done")
    .sort((left, right) => Number(left.output_index) - Number(right.output_index))
    .flatMap(({ item }) => (isJsonObject(item) ? [item] : []));
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/**
 * Items or a whole request without what means nothing: nulls, empty lists of annotations, logprobs and raw thoughts, the type of a
 * message (its role says it), and a text in the long form of a list with one part.
 */
export function normalizeResponses(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalizeResponses);
  if (!isJsonObject(value)) return value;
  const result: JsonObject = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === null) continue;
    if (["annotations", "logprobs", "content"].includes(name) && Array.isArray(field) && field.length === 0) continue;
    if (name === "type" && field === "message" && "role" in value) continue;
    result[name] = name === "content" ? normalizeContent(field) : normalizeResponses(field);
  }
  return result;
}

function normalizeContent(content: unknown): unknown {
  const normal = normalizeResponses(content);
  if (!Array.isArray(normal) || normal.length !== 1) return normal;
  const [only] = normal;
  return isJsonObject(only) && Object.keys(only).length === 2 && /^(?:in|out)put_text$/.test(String(only.type))
    ? only.text
    : normal;
}
