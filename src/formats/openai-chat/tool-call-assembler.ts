import type { ChatEvent } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isZeroValue, readText } from "../../json/narrow.ts";
import { openaiChatExtras } from "./extras.ts";
import { FORMAT } from "./format.ts";
import type { PartAssembler } from "./part-assembler.ts";

interface OpenCall {
  /** The vendor's own id, if it sent one. */
  wireId: string | undefined;
  /** The call's id in the chat model: the vendor's, or ours if that is missing or taken. */
  id: string;
  name: string;
  /** The part's index; undefined until the name is known. */
  part: number | undefined;
  text: string;
  /** OpenAI's custom tools take free text and stay opaque. */
  custom: boolean;
  /** The call's other fields, besides id, name and arguments. */
  rest: JsonObject;
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(["index", "id", "type", "function", "custom"]);

/** Tool-call deltas → events of tool-call parts, which stay open until the answer ends. */
export interface ToolCallAssembler {
  add(deltas: readonly unknown[], events: ChatEvent[]): void;
  close(events: ChatEvent[]): void;
  readonly seen: boolean;
}

/**
 * Assembles calls from what servers send (recorded, or reported in their issue trackers):
 *
 * - a call in pieces (OpenAI), or whole in one delta (Groq, xAI);
 * - without `index` and `type`, or repeated with an empty name (Mistral);
 * - several calls under one index (Google);
 * - without `id`, or with the id "null" (Mistral);
 * - the name after the first piece of arguments, or arguments as an object;
 * - an empty `custom` beside the function (Snowflake);
 * - a call that starts under one index and continues under another
 *   (https://github.com/agno-agi/agno/issues/8879).
 */
export function createToolCallAssembler(
  parts: PartAssembler,
  randomId: () => string,
): ToolCallAssembler {
  const calls: OpenCall[] = [];
  const byIndex = new Map<number, OpenCall>();
  const usedIds = new Set<string>();

  function find(
    delta: JsonObject,
    id: string | undefined,
    name: string | undefined,
  ): OpenCall | undefined {
    const known =
      typeof delta.index === "number"
        ? findByIndex(delta.index, id, name)
        : findWithoutIndex(id, name);
    if (!known || name === undefined || known.name === "") return known;
    const another =
      known.name !== name ||
      (id !== undefined && known.wireId !== undefined && id !== known.wireId);
    return another || (id === undefined && isComplete(known.text)) ? undefined : known;
  }

  /** Under a new index, a delta without a name continues an earlier call. */
  function findByIndex(
    index: number,
    id: string | undefined,
    name: string | undefined,
  ): OpenCall | undefined {
    const known = byIndex.get(index);
    if (known || name !== undefined) return known;
    if (id !== undefined) return calls.find(({ wireId }) => wireId === id);
    const last = calls[calls.length - 1];
    return last && isComplete(last.text) ? undefined : last;
  }

  function findWithoutIndex(
    id: string | undefined,
    name: string | undefined,
  ): OpenCall | undefined {
    const sameId = id === undefined ? undefined : calls.find(({ wireId }) => wireId === id);
    return sameId ?? (name === undefined ? calls[calls.length - 1] : undefined);
  }

  function begin(delta: JsonObject, id: string | undefined, custom: boolean): OpenCall {
    const call: OpenCall = {
      wireId: id,
      id: "",
      name: "",
      part: undefined,
      text: "",
      custom,
      rest: {},
    };
    calls.push(call);
    if (typeof delta.index === "number") byIndex.set(delta.index, call);
    return call;
  }

  function start(call: OpenCall, events: ChatEvent[]): void {
    const index = parts.nextIndex(events);
    call.id =
      call.wireId === undefined || usedIds.has(call.wireId) ? `call_${randomId()}` : call.wireId;
    usedIds.add(call.id);
    call.part = index;
    if (call.custom)
      events.push({
        type: "part-start",
        index,
        kind: "opaque",
        format: FORMAT,
        value: customValue(call),
      });
    else {
      events.push({ type: "part-start", index, kind: "tool_call", id: call.id, name: call.name });
      if (call.text !== "") events.push({ type: "part-delta", index, delta: call.text });
    }
  }

  function addOne(delta: JsonObject, events: ChatEvent[]): void {
    const custom =
      isJsonObject(delta.custom) && !isZeroValue(delta.custom) ? delta.custom : undefined;
    const body = custom ?? (isJsonObject(delta.function) ? delta.function : {});
    const id = delta.id === "null" ? undefined : readText(delta.id);
    const name = readText(body.name);
    const call = find(delta, id, name) ?? begin(delta, id, custom !== undefined);
    for (const field in delta) if (!KNOWN_FIELDS.has(field)) call.rest[field] = delta[field];
    const piece = argumentsIn(body);
    // A call that Mistral repeats may bring the same arguments again.
    const repeated = piece !== "" && piece === call.text && isComplete(piece);
    if (call.part === undefined) {
      call.wireId ??= id;
      call.name = name ?? "";
      if (!repeated) call.text += piece;
      if (name !== undefined) start(call, events);
    } else if (!repeated && piece !== "") {
      call.text += piece;
      if (!call.custom) events.push({ type: "part-delta", index: call.part, delta: piece });
    }
  }

  return {
    get seen() {
      return calls.length > 0;
    },
    add(deltas, events) {
      for (const delta of deltas) {
        if (isJsonObject(delta)) addOne(delta, events);
        else if (delta != null)
          throw new ChatError("upstream_invalid_response", { logReason: "tool_calls" });
      }
    },
    close(events) {
      for (const call of calls) {
        if (call.part === undefined)
          throw new ChatError("upstream_invalid_response", { logReason: "tool_call_without_name" });
        if (call.custom)
          events.push({ type: "part-end", index: call.part, value: customValue(call) });
        else
          events.push({ type: "part-end", index: call.part, ...openaiChatExtras.wrap(call.rest) });
      }
    },
  };
}

function customValue({ id, name, text, rest }: OpenCall): JsonObject {
  return { ...rest, id, type: "custom", custom: { name, input: text.toWellFormed() } };
}

function argumentsIn(body: JsonObject): string {
  const value = body.arguments ?? body.input;
  if (value == null) return "";
  if (typeof value === "string") return value;
  if (isJsonObject(value)) return JSON.stringify(value);
  throw new ChatError("upstream_invalid_response", { logReason: "tool_call_arguments" });
}

function isComplete(text: string): boolean {
  if (!text.endsWith("}")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
