import * as z from "zod";
import { chunksToSse, type Exchange, exchangeBytes, loadChunks, loadExchanges } from "./recordings.ts";

/** One recorded answer of the Messages API. */
export interface RecordedMessage {
  name: string;
  streamed: boolean;
  bytes: Uint8Array;
  text: string;
}

/** The recorded calls of `POST /v1/messages`. */
export const messageExchanges: readonly Exchange[] = loadExchanges("anthropic").filter(({ request }) =>
  /\/v1\/messages(\?|$)/.test(request.url),
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

export const recordedMessages: readonly RecordedMessage[] = [
  ...messageExchanges
    .filter(({ response }) => response.status === 200)
    .map((exchange) => fromBytes(exchange.name, exchange.response.sse, exchangeBytes(exchange))),
  ...loadChunks("anthropic").flatMap((chunks): RecordedMessage[] => {
    if (chunks.kind === "body") {
      return [fromBytes(`${chunks.name} (whole)`, false, new TextEncoder().encode(JSON.stringify(chunks.body)))];
    }
    const messages = splitMessages(chunks.data);
    return messages.map((data, turn) =>
      fromBytes(
        messages.length === 1 ? `${chunks.name} (streamed)` : `${chunks.name} (streamed, turn ${turn})`,
        true,
        chunksToSse(data, { named: true, done: false }),
      ),
    );
  }),
];
