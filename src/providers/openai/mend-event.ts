import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";

/** The items of which clients read more than a server may send. */
const KNOWN_ITEMS: ReadonlySet<unknown> = new Set(["message", "reasoning", "function_call"]);

/** Puts into the events and items of an answer what OpenAI's clients read without looking. */
export interface EventMender {
  /**
   * Gives an event its type, which some servers have only in the name of the SSE event, and the
   * response in it the list of its output. True if it was changed.
   */
  name(event: JsonObject, sseName: string): boolean;
  /**
   * Gives an event the number and the id of its item, and the number of the text in it. Servers
   * that number nothing tell items apart by their ids, or have one open at a time. True if it was
   * changed.
   */
  number(event: JsonObject): boolean;
  /** Gives an item the lists and the id that its kind has. True if it was changed. */
  complete(item: JsonObject, index: unknown): boolean;
}

export function createEventMender(randomId: () => string): EventMender {
  /** By the number of the item: its id, the vendor's or ours. */
  const ids = new Map<unknown, string>();
  const numbers = new Map<string, number>();
  let last = -1;
  /** Whether the last item has come whole. */
  let isEnded = true;

  function numberOf({ type, item, item_id }: JsonObject): number | undefined {
    const id = readText(item_id) ?? (isJsonObject(item) ? readText(item.id) : undefined);
    const known = id === undefined ? undefined : numbers.get(id);
    const isWhole = type === "response.output_item.done";
    const isNew =
      type === "response.output_item.added" || (isWhole && (isEnded || id !== undefined));
    if (known === undefined && isNew) last += 1;
    isEnded = isWhole;
    const number = known ?? (last < 0 ? undefined : last);
    if (id !== undefined && number !== undefined) numbers.set(id, number);
    return number;
  }

  return {
    name(event, sseName) {
      const { response } = event;
      const isTyped = event.type !== undefined || !sseName.startsWith("response.");
      if (!isTyped) event.type = sseName;
      if (!isJsonObject(response) || Array.isArray(response.output)) return !isTyped;
      response.output = [];
      return true;
    },
    number(event) {
      if (!isOfItem(event)) return false;
      let changed = false;
      if (typeof event.output_index !== "number") {
        const number = numberOf(event);
        if (number === undefined) return false;
        event.output_index = number;
        changed = true;
      } else last = Math.max(last, event.output_index);
      const id = ids.get(event.output_index);
      if (id !== undefined && event.item === undefined && readText(event.item_id) === undefined) {
        event.item_id = id;
        changed = true;
      }
      const place = placeField(event);
      if (place === undefined || typeof event[place] === "number") return changed;
      event[place] = 0;
      return true;
    },
    complete(item, index) {
      if (!KNOWN_ITEMS.has(item.type)) return false;
      let changed = completeFields(item);
      const given = readText(item.id);
      const id = given ?? ids.get(index) ?? `${ID_PREFIXES[String(item.type)]}_${randomId()}`;
      if (!ids.has(index)) ids.set(index, id);
      if (given === undefined) {
        item.id = id;
        changed = true;
      }
      return changed;
    },
  };
}

const ID_PREFIXES: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
};

function isOfItem({ type }: JsonObject): boolean {
  return (
    typeof type === "string" &&
    /^response\.(?:output_item|content_part|output_text|refusal|reasoning_|function_call_arg)/.test(
      type,
    )
  );
}

/** The field with the number of a text within its item. */
function placeField({ type }: JsonObject): string | undefined {
  if (typeof type !== "string") return undefined;
  if (type.startsWith("response.reasoning_summary")) return "summary_index";
  return /\.(?:content_part|output_text|refusal|reasoning_text)\./.test(type)
    ? "content_index"
    : undefined;
}

function completeFields(item: JsonObject): boolean {
  if (item.type === "reasoning") {
    if (Array.isArray(item.summary)) return false;
    item.summary = [];
    return true;
  }
  if (item.type !== "message") return false;
  const { content } = item;
  let changed = !Array.isArray(content) || item.role == null;
  item.role ??= "assistant";
  if (!Array.isArray(content)) {
    const text = readText(content);
    item.content =
      text === undefined ? [] : [{ type: "output_text", text, annotations: [], logprobs: [] }];
  } else
    for (const part of content)
      if (isJsonObject(part) && part.type === "output_text" && !Array.isArray(part.annotations)) {
        part.annotations = [];
        changed = true;
      }
  return changed;
}
