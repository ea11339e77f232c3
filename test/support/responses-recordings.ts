import { isJsonObject, type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import { type Exchange, exchangeBytes, findExchanges, loadChunks } from "./recordings.ts";

/** One recorded answer of the Responses API. */
export interface ResponsesRecording {
  name: string;
  streamed: boolean;
  bytes: Uint8Array;
  /** The data of each event, up to the end mark; one whole body if it was not streamed. */
  data: JsonObject[];
}

/** The recorded calls of POST …/responses, whoever answered. */
export const responsesExchanges: Exchange[] = findExchanges(/\/responses(?:\?|$)/).filter(
  ({ request }) => request.method === "POST",
);

export function readRecording(exchange: Exchange): ResponsesRecording {
  const { body, sse } = exchange.response;
  const data =
    typeof body !== "string"
      ? [body]
      : body.split(/\r?\n/).flatMap((line) => {
          const json = /^data: ?(\{.*)$/.exec(line)?.[1];
          return json === undefined ? [] : [jsonObjectSchema.parse(JSON.parse(json))];
        });
  return { name: exchange.name, streamed: sse, bytes: exchangeBytes(exchange), data };
}

function parseLine(line: string): JsonObject | undefined {
  try {
    return jsonObjectSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
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

const encoder = new TextEncoder();

/** Answers without their requests, and refusals; some files of these folders are of another API. */
function loadChunkRecordings(): ResponsesRecording[] {
  const recordings: ResponsesRecording[] = [];
  for (const folder of ["openai/responses", "xai/responses", "azure", "open-responses"]) {
    for (const chunks of loadChunks(folder)) {
      if (chunks.kind === "body") {
        const { body } = chunks;
        if (body.object !== "response" && !isJsonObject(body.error)) continue;
        const bytes = encoder.encode(JSON.stringify(body));
        recordings.push({ name: `${chunks.name} (whole)`, streamed: false, bytes, data: [body] });
        continue;
      }
      const turns = splitTurns(chunks.data);
      turns.forEach((lines, turn) => {
        const data = lines.map(parseLine).filter((line) => line !== undefined);
        // A line that was broken by hand.
        if (data.length < lines.length || !String(data[0]?.type).startsWith("response.")) return;
        const text = lines
          .map((line, at) => `event: ${data[at]?.type}\ndata: ${line}\n\n`)
          .join("");
        const name = `${chunks.name} (stream${turns.length > 1 ? `, turn ${turn + 1}` : ""})`;
        recordings.push({ name, streamed: true, bytes: encoder.encode(text), data });
      });
    }
  }
  return recordings;
}

function lastResponse({ data, streamed }: ResponsesRecording): JsonObject {
  const last = data[data.length - 1];
  const response = streamed ? last?.response : last;
  return isJsonObject(response) ? response : {};
}

/**
 * In streams that were shortened by hand, what the deltas say is not how the finished text begins.
 */
function contradictsItself({ data }: ResponsesRecording): boolean {
  const texts = new Map<string, string>();
  for (const { type, output_index: item, content_index: part, delta, text } of data) {
    const place = `${item} ${part}`;
    if (type === "response.output_text.delta") texts.set(place, (texts.get(place) ?? "") + delta);
    else if (
      type === "response.output_text.done" &&
      !String(text).startsWith(texts.get(place) ?? "")
    )
      return true;
  }
  return false;
}

const recorded: ResponsesRecording[] = [
  ...responsesExchanges.filter(({ response }) => response.status === 200).map(readRecording),
  ...loadChunkRecordings(),
];

function withStatus(status: RegExp): ResponsesRecording[] {
  return recorded.filter((recording) => status.test(String(lastResponse(recording).status)));
}

const ended = withStatus(/^(?:completed?|incomplete)$/);
/**
 * Every recorded answer of the Responses API that came to its end; none if the recordings are
 * absent.
 */
export const responsesRecordings: ResponsesRecording[] = ended.filter(
  (recording) => !contradictsItself(recording),
);
/** Streams that say two things at once. */
export const contradictoryRecordings: ResponsesRecording[] = ended.filter(contradictsItself);
/** The first answers of background calls: queued or in progress. */
export const unfinishedRecordings: ResponsesRecording[] = withStatus(/^(?:queued|in_progress)$/);
/** Answers that failed after they had begun. */
export const failedRecordings: ResponsesRecording[] = withStatus(/^failed$/);

/** The finished response of a recording. */
export function finishedResponse(recording: ResponsesRecording): JsonObject {
  const response = lastResponse(recording);
  if (response.status === undefined) throw new Error("the recording has no finished response");
  return response;
}

/**
 * The items of the stream in their order, as they were finished there or else in the response;
 * those of the response if there was no stream.
 */
export function finishedItems(recording: ResponsesRecording): JsonObject[] {
  const { output } = finishedResponse(recording);
  const finished = Array.isArray(output) ? output.filter(isJsonObject) : [];
  const items: unknown[] = [];
  for (const { type, output_index: index, item } of recording.data) {
    if (type === "response.output_item.added" && isJsonObject(item))
      items[Number(index)] = finished.find(({ id }) => id === item.id);
    if (type === "response.output_item.done") items[Number(index)] = item;
  }
  return items.length === 0 ? finished : items.filter(isJsonObject);
}

/**
 * Items or a whole request without what means nothing: nulls, empty lists of annotations, logprobs
 * and raw thoughts, the type of a message (its role says it), and a text in the long form of a list
 * with one part.
 */
export function normalizeResponses(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalizeResponses);
  if (!isJsonObject(value)) return value;
  const result: JsonObject = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === null) continue;
    if (
      ["annotations", "logprobs", "content"].includes(name) &&
      Array.isArray(field) &&
      field.length === 0
    )
      continue;
    if (name === "type" && field === "message" && "role" in value) continue;
    result[name] = name === "content" ? normalizeContent(field) : normalizeResponses(field);
  }
  return result;
}

function normalizeContent(content: unknown): unknown {
  const normal = normalizeResponses(content);
  if (!Array.isArray(normal) || normal.length !== 1) return normal;
  const [only] = normal;
  return isJsonObject(only) &&
    Object.keys(only).length === 2 &&
    /^(?:in|out)put_text$/.test(String(only.type))
    ? only.text
    : normal;
}

/**
 * The same for a request: an input that is a text is the message of a user, and a stream that is
 * not wanted may be left unsaid.
 */
export function normalizeResponsesRequest(body: JsonObject): unknown {
  const { stream, input, ...rest } = body;
  const items = typeof input === "string" ? [{ role: "user", content: input }] : input;
  return normalizeResponses({ ...rest, input: items, ...(stream === true ? { stream } : {}) });
}

/**
 * Requests that this server refuses though OpenAI takes them: their answer must be fetched later.
 */
export function isFetchedLater({ request }: Exchange): boolean {
  return (
    typeof request.body !== "string" &&
    request.body.background === true &&
    request.body.stream !== true
  );
}
