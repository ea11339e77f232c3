import { createOwnCallIds } from "../../chat/own-call-ids.ts";
import { encodeStopReason } from "../../formats/anthropic-messages/stop-reason.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import { type CallSummary, mapFinishReason } from "./map-finish-reason.ts";

/** Gives the call in a block an id of its own. True if it had that of an earlier one. */
export function createCallIdMender(): (block: JsonObject) => boolean {
  const ownId = createOwnCallIds();
  return (block) => {
    const id = block.type === "tool_use" ? readText(block.id) : undefined;
    if (id === undefined) return false;
    block.id = ownId(id);
    return block.id !== id;
  };
}

/** Makes the reason one that callers of this format can go by. True if it was changed. */
export function mendStopReason(holder: JsonObject, calls: CallSummary): boolean {
  const reason = readText(holder.stop_reason);
  if (reason === undefined) return false;
  holder.stop_reason = encodeStopReason(mapFinishReason(reason, calls), reason);
  return holder.stop_reason !== reason;
}
