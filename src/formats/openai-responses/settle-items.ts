import type { Warning } from "../../chat/event.ts";
import type { JsonObject } from "../../json/json-object.ts";

export interface SettleOptions {
  /** Whether OpenAI keeps what it answers, so that the id of its reasoning is enough. */
  readonly isStored: boolean;
  /** The paths of reasoning items. */
  readonly pathOf: ReadonlyMap<JsonObject, string>;
  warn(warning: Warning): void;
}

/**
 * The items as OpenAI takes them; the same list if nothing is wrong, as it nearly always is.
 *
 * - Reasoning without what followed it, as a broken or cut answer leaves it, is dropped: "of type
 *   'reasoning' was provided without its required following item".
 * - So is reasoning that is only an id, if OpenAI keeps nothing: "Items are not persisted".
 * - An item that comes twice is sent once, and an id that two items have goes with the first:
 *   "Duplicate item found with id".
 */
export function settleItems(items: JsonObject[], options: SettleOptions): JsonObject[] {
  return dropDuplicates(dropReasoning(items, options));
}

function dropReasoning(items: JsonObject[], { isStored, pathOf, warn }: SettleOptions) {
  const dropped = new Set<JsonObject>();
  /** Whether the model's own item comes next. */
  let isFollowed = false;
  for (const item of items.toReversed()) {
    if (item.type !== "reasoning") isFollowed = isModels(item);
    else if (!isFollowed || (!isStored && !item.encrypted_content)) dropped.add(item);
  }
  if (dropped.size === 0) return items;
  for (const item of dropped) {
    const message = item.encrypted_content
      ? "OpenAI takes no reasoning without what followed it; it was left out."
      : "OpenAI does not have this reasoning, and its encrypted content is missing; it was left out.";
    warn({ code: "adjusted_parameter", param: pathOf.get(item) ?? "messages", message });
  }
  return items.filter((item) => !dropped.has(item));
}

function isModels({ type, role }: JsonObject): boolean {
  if (type === undefined || type === "message") return role === "assistant";
  return typeof type === "string" && !/_(?:output|response)$/.test(type);
}

function dropDuplicates(items: JsonObject[]): JsonObject[] {
  const byId = new Map<string, JsonObject>();
  let changed = false;
  const settled = items.flatMap((item) => {
    if (typeof item.id !== "string" || item.id === "") return [item];
    const before = byId.get(item.id);
    if (!before) {
      byId.set(item.id, item);
      return [item];
    }
    changed = true;
    const { id: _id, ...rest } = item;
    const isSame =
      item.type === "item_reference" || JSON.stringify(before) === JSON.stringify(item);
    return isSame ? [] : [rest];
  });
  return changed ? settled : items;
}
