import { toArgumentsObject } from "../../chat/broken-arguments.ts";
import { parseArguments } from "../../chat/fold-events.ts";
import { createOwnCallIds } from "../../chat/own-call-ids.ts";
import { encodeStopReason } from "../../formats/anthropic-messages/stop-reason.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import { type CallSummary, mapFinishReason } from "./map-finish-reason.ts";

/** Fields without which Anthropic's clients fail, or build texts upon `undefined`. */
const BLOCK_FIELDS: ReadonlyMap<unknown, string> = new Map([
  ["text", "text"],
  ["thinking", "thinking"],
]);

/** Gives the blocks of an answer what their readers need. */
export class BlockMender {
  readonly #randomId: () => string;
  #ownId: ((id: string) => string) | undefined;

  constructor(randomId: () => string) {
    this.#randomId = randomId;
  }

  /**
   * A block gets its text, and if it is a call, arguments that are an object and an id of its own.
   * True if it was changed.
   */
  mend(block: JsonObject): boolean {
    const field = BLOCK_FIELDS.get(block.type);
    if (field !== undefined && block[field] == null) {
      block[field] = "";
      return true;
    }
    if (block.type !== "tool_use") return false;
    const { id, input } = block;
    this.#ownId ??= createOwnCallIds();
    block.id = this.#ownId(readText(id) ?? `toolu_${this.#randomId()}`);
    if (!isJsonObject(input))
      block.input = toArgumentsObject(
        parseArguments(typeof input === "string" ? input : JSON.stringify(input ?? {})),
      );
    return block.id !== id || block.input !== input;
  }
}

/**
 * Gives a message, whole or begun, the fields that Anthropic's clients read without looking. True
 * if it was changed. What was not counted is 0 to them.
 */
export function mendMessage(message: JsonObject, id: string, model: string): boolean {
  const { id: givenId, model: givenModel, type, role, content, usage } = message;
  message.id = id;
  message.model = model;
  message.type ??= "message";
  message.role ??= "assistant";
  message.content ??= [];
  message.usage = mendCounts(usage, MESSAGE_COUNTS);
  return (
    message.id !== givenId ||
    message.model !== givenModel ||
    message.type !== type ||
    message.role !== role ||
    message.content !== content ||
    message.usage !== usage
  );
}

/** The same for the event at the end. */
export function mendMessageDelta(event: JsonObject): boolean {
  const { usage } = event;
  event.usage = mendCounts(usage, DELTA_COUNTS);
  return event.usage !== usage;
}

const MESSAGE_COUNTS = ["input_tokens", "output_tokens"] as const;
const DELTA_COUNTS = ["output_tokens"] as const;

function mendCounts(usage: unknown, names: readonly string[]): JsonObject {
  let counts = isJsonObject(usage) ? usage : {};
  for (const name of names) if (typeof counts[name] !== "number") counts = { ...counts, [name]: 0 };
  return counts;
}

/** Makes the reason one that callers of this format can go by. True if it was changed. */
export function mendStopReason(holder: JsonObject, calls: CallSummary): boolean {
  const reason = readText(holder.stop_reason);
  if (reason === undefined) return false;
  holder.stop_reason = encodeStopReason(mapFinishReason(reason, calls), reason);
  return holder.stop_reason !== reason;
}
