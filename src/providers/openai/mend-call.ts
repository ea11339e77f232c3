import { createOwnCallIds } from "../../chat/own-call-ids.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import type { ItemKey } from "./item-queue.ts";

/** Calls that the caller runs, and tells the results of by their ids. */
const CALLS: ReadonlySet<unknown> = new Set(["function_call", "custom_tool_call"]);

/**
 * Makes of the calls of an answer what their reader needs. True if one was changed.
 *
 * - An id of its own, the same one wherever the call stands in the answer (under any of these
 *   keys): the vendor's, or ours if that is missing or an earlier call has it.
 * - Arguments that are a text.
 */
export function createCallMender(
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
    const isText = item.arguments == null || typeof item.arguments === "string";
    if (!isText) item.arguments = JSON.stringify(item.arguments);
    return id !== given || !isText;
  };
}
