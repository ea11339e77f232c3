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

/**
 * Gives a block what its readers need: its text, and if it is a call, arguments that are an object
 * and an id of its own. True if it was changed.
 */
export function createBlockMender(randomId: () => string): (block: JsonObject) => boolean {
  const ownId = createOwnCallIds();
  return (block) => {
    const field = BLOCK_FIELDS.get(block.type);
    if (field !== undefined && block[field] == null) {
      block[field] = "";
      return true;
    }
    if (block.type !== "tool_use") return false;
    const { id, input } = block;
    block.id = ownId(readText(id) ?? `toolu_${randomId()}`);
    if (!isJsonObject(input))
      block.input = toArgumentsObject(
        parseArguments(typeof input === "string" ? input : JSON.stringify(input ?? {})),
      );
    return block.id !== id || block.input !== input;
  };
}

/**
 * Gives a message, whole or begun, the fields that Anthropic's clients read without looking. True
 * if it was changed. What was not counted is 0 to them.
 */
export function mendMessage(message: JsonObject, id: string, model: string): boolean {
  const before = { ...message };
  message.id = id;
  message.model = model;
  message.type ??= "message";
  message.role ??= "assistant";
  message.content ??= [];
  message.usage = mendCounts(message.usage, ["input_tokens", "output_tokens"]);
  return Object.keys(message).some((name) => message[name] !== before[name]);
}

/** The same for the event at the end. */
export function mendMessageDelta(event: JsonObject): boolean {
  const { usage } = event;
  event.usage = mendCounts(usage, ["output_tokens"]);
  return event.usage !== usage;
}

function mendCounts(usage: unknown, names: readonly string[]): JsonObject {
  const counts = isJsonObject(usage) ? usage : {};
  const missing = names.filter((name) => typeof counts[name] !== "number");
  if (missing.length === 0) return counts;
  return { ...counts, ...Object.fromEntries(missing.map((name) => [name, 0])) };
}

/** Makes the reason one that callers of this format can go by. True if it was changed. */
export function mendStopReason(holder: JsonObject, calls: CallSummary): boolean {
  const reason = readText(holder.stop_reason);
  if (reason === undefined) return false;
  holder.stop_reason = encodeStopReason(mapFinishReason(reason, calls), reason);
  return holder.stop_reason !== reason;
}
