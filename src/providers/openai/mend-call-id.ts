import { createOwnCallIds } from "../../chat/own-call-ids.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import type { ItemKey } from "./item-queue.ts";

/** Calls that the caller runs, and tells the results of by their ids. */
const CALLS: ReadonlySet<unknown> = new Set(["function_call", "custom_tool_call"]);

/**
 * Puts an id of its own into each call of an answer, the same one wherever the call stands in it
 * (under any of these keys): the vendor's, or ours if that is missing or an earlier call has it.
 * True if it was changed.
 */
export function createCallIdMender(
  randomId: () => string,
): (item: JsonObject, ...keys: ItemKey[]) => boolean {
  const ownId = createOwnCallIds();
  const known = new Map<ItemKey, string>();
  return (item, ...keys) => {
    if (!CALLS.has(item.type)) return false;
    const key = keys.find((name) => known.has(name)) ?? keys.find((name) => name !== undefined);
    const given = readText(item.call_id);
    let id = key === undefined ? given : known.get(key);
    if (id === undefined) {
      id = ownId(given ?? readText(item.id) ?? `call_${randomId()}`);
      if (key !== undefined) known.set(key, id);
    }
    item.call_id = id;
    return id !== given;
  };
}
