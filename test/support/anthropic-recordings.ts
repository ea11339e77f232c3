import * as z from "zod";
import {
  chunksToSse,
  type Exchange,
  exchangeBytes,
  loadChunks,
  loadExchanges,
} from "./recordings.ts";

/** One recorded answer of the Messages API. */
export interface RecordedMessage {
  name: string;
  streamed: boolean;
  bytes: Uint8Array;
  text: string;
}

const exchanges = loadExchanges("anthropic");
/** The recorded calls of `POST /v1/messages`. */
export const messageExchanges: readonly Exchange[] = exchanges.filter(({ request }) =>
  /\/v1\/messages(\?|$)/.test(request.url),
);
/** The recorded calls of `POST /v1/messages/count_tokens`. */
export const countExchanges: readonly Exchange[] = exchanges.filter(({ request }) =>
  /\/v1\/messages\/count_tokens(\?|$)/.test(request.url),
);

const typeSchema = z.object({ type: z.string() });

/** Some files hold the answers of several turns, one behind the other. */
function splitMessages(data: readonly string[]): string[][] {
  const messages: string[][] = [[]];
  for (const line of data) {
    messages[messages.length - 1]?.push(line);
    if (typeSchema.parse(JSON.parse(line)).type === "message_stop") messages.push([]);
  }
  return messages.filter((lines) => lines.length > 0);
}

function fromBytes(name: string, streamed: boolean, bytes: Uint8Array): RecordedMessage {
  return { name, streamed, bytes, text: new TextDecoder().decode(bytes) };
}

/** Everything that came with status 200, in the order of the files. */
const recordedAnswers: readonly RecordedMessage[] = [
  ...messageExchanges
    .filter(({ response }) => response.status === 200)
    .map((exchange) => fromBytes(exchange.name, exchange.response.sse, exchangeBytes(exchange))),
  ...loadChunks("anthropic").flatMap((chunks): RecordedMessage[] => {
    if (chunks.kind === "body") {
      // Other things of Anthropic's lie here too: skills, files.
      if (chunks.body.type !== "message") return [];
      return [
        fromBytes(
          `${chunks.name} (whole)`,
          false,
          new TextEncoder().encode(JSON.stringify(chunks.body)),
        ),
      ];
    }
    const messages = splitMessages(chunks.data);
    return messages.map((data, turn) =>
      fromBytes(
        messages.length === 1
          ? `${chunks.name} (streamed)`
          : `${chunks.name} (streamed, turn ${turn})`,
        true,
        chunksToSse(data, { named: true, done: false }),
      ),
    );
  }),
];

const startSchema = z.object({
  type: z.literal("message_start"),
  message: z.object({ id: z.string() }),
});

/** Whether an answer comes to its end: one message, without an error in it. */
function isWhole({ streamed, text }: RecordedMessage): boolean {
  if (!streamed) return typeSchema.parse(JSON.parse(text)).type === "message";
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.startsWith("data:"));
  const events = lines.map((line): unknown => JSON.parse(line.slice("data:".length)));
  const ids = new Set(
    events.flatMap((event) => startSchema.safeParse(event).data?.message.id ?? []),
  );
  const types = events.map((event) => typeSchema.parse(event).type);
  return ids.size === 1 && types.at(-1) === "message_stop" && !types.includes("error");
}

/** The recorded answers that came to their end. */
export const recordedMessages: readonly RecordedMessage[] = recordedAnswers.filter(isWhole);
/** Those that did not: an error in the stream, or another message spliced into it. */
export const brokenAnswers: readonly RecordedMessage[] = recordedAnswers.filter(
  (answer) => !isWhole(answer),
);

/**
 * A stream without the repeats of its `message_start`, which some gateways send and Anthropic's own
 * client refuses.
 */
export function withoutRepeatedStart(text: string): string {
  let repeats = false;
  return text.replace(/event: message_start\r?\n.*\r?\n\r?\n/g, (event) => {
    const kept = repeats ? "" : event;
    repeats = true;
    return kept;
  });
}
