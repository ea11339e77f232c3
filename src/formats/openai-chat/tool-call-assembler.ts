import type { ChatEvent } from "../../chat/event.ts";
import { createOwnCallIds } from "../../chat/own-call-ids.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isZeroValue, readText } from "../../json/narrow.ts";
import { openaiChatExtras } from "./extras.ts";
import { FORMAT } from "./format.ts";
import type { PartAssembler } from "./part-assembler.ts";

interface Call {
  /** The vendor's own id, if it sent one. */
  wireId: string | undefined;
  /** The vendor's, or ours if that is missing or taken; empty until the call has one. */
  id: string;
  /** Its number for clients, who join its pieces by it. */
  index: number;
  name: string;
  /** Whether the part writer has it: the name is known. */
  written: boolean;
  /** The part's index; undefined until it has begun. */
  part: number | undefined;
  ended: boolean;
  text: string;
  /** OpenAI's custom tools take free text and stay opaque. */
  custom: boolean;
  /** The call's other fields, besides id, name and arguments. */
  rest: JsonObject;
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(["index", "id", "type", "function", "custom"]);

/** Tool-call deltas → events of tool-call parts. */
export interface ToolCallAssembler {
  /**
   * Puts into the deltas what a caller of this format needs of them: one index and one id for each
   * call, and no two calls with the same. A whole answer has no indexes. True if one was changed.
   */
  add(deltas: readonly unknown[], events: ChatEvent[], isWhole: boolean): boolean;
  /** Throws if a call never got a name. */
  check(): void;
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
  const calls: Call[] = [];
  const byIndex = new Map<number, Call>();
  const ownId = createOwnCallIds();
  let nextIndex = 0;

  function find(
    delta: JsonObject,
    id: string | undefined,
    name: string | undefined,
  ): Call | undefined {
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
  ): Call | undefined {
    const known = byIndex.get(index);
    if (known || name !== undefined) return known;
    if (id !== undefined) return calls.find(({ wireId }) => wireId === id);
    const last = calls[calls.length - 1];
    return last && isComplete(last.text) ? undefined : last;
  }

  function findWithoutIndex(id: string | undefined, name: string | undefined): Call | undefined {
    const sameId = id === undefined ? undefined : calls.find(({ wireId }) => wireId === id);
    return sameId ?? (name === undefined ? calls[calls.length - 1] : undefined);
  }

  function create(delta: JsonObject, id: string | undefined, custom: boolean): Call {
    const given = typeof delta.index === "number" && !byIndex.has(delta.index) ? delta.index : -1;
    const index = calls.some((other) => other.index === given) || given < 0 ? nextIndex : given;
    nextIndex = Math.max(nextIndex, index + 1);
    const call: Call = {
      wireId: id,
      id: "",
      index,
      name: "",
      written: false,
      part: undefined,
      ended: false,
      text: "",
      custom,
      rest: {},
    };
    calls.push(call);
    if (typeof delta.index === "number") byIndex.set(delta.index, call);
    return call;
  }

  function start(call: Call, events: ChatEvent[]): void {
    call.written = true;
    if (call.id === "") call.id = ownId(`call_${randomId()}`);
    parts.pushCall(
      {
        // A custom call's text may go on for ever.
        isComplete: () => !call.custom && isComplete(call.text),
        end: (out) => end(call, out),
      },
      (index, out) => begin(call, index, out),
      events,
    );
  }

  function begin(call: Call, index: number, events: ChatEvent[]): void {
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

  function end(call: Call, events: ChatEvent[]): void {
    if (call.part === undefined) return;
    call.ended = true;
    events.push(
      call.custom
        ? { type: "part-end", index: call.part, value: customValue(call) }
        : { type: "part-end", index: call.part, ...openaiChatExtras.wrap(call.rest) },
    );
  }

  function addOne(delta: JsonObject, events: ChatEvent[], isWhole: boolean): boolean {
    const custom =
      isJsonObject(delta.custom) && !isZeroValue(delta.custom) ? delta.custom : undefined;
    const body = custom ?? (isJsonObject(delta.function) ? delta.function : {});
    const id = delta.id === "null" ? undefined : readText(delta.id);
    const name = readText(body.name);
    const call = find(delta, id, name) ?? create(delta, id, custom !== undefined);
    for (const field in delta) if (!KNOWN_FIELDS.has(field)) call.rest[field] = delta[field];
    const piece = argumentsIn(body);
    // A call that Mistral repeats may bring the same arguments again.
    const repeated = piece !== "" && piece === call.text && isComplete(piece);
    const isUnknown = !call.written;
    if (isUnknown) {
      call.wireId ??= id;
      if (call.id === "" && call.wireId !== undefined) call.id = ownId(call.wireId);
      call.name = name ?? "";
    }
    if (!repeated && piece !== "") grow(call, piece, events);
    if (!call.written && name !== undefined) start(call, events);
    return mend(delta, call, isWhole, isUnknown && call.written);
  }

  function mend(delta: JsonObject, call: Call, isWhole: boolean, hasBegun: boolean): boolean {
    const hasIndex = isWhole || delta.index === call.index;
    const hasId = delta.id == null ? !hasBegun : delta.id === call.id;
    if (hasIndex && (hasId || call.id === "")) return false;
    if (!hasIndex) delta.index = call.index;
    if (!hasId && call.id !== "") delta.id = call.id;
    return true;
  }

  function grow(call: Call, piece: string, events: ChatEvent[]): void {
    if (call.ended)
      throw new ChatError("upstream_invalid_response", { logReason: "tool_call_after_its_end" });
    call.text += piece;
    if (call.part === undefined) return;
    if (!call.custom) events.push({ type: "part-delta", index: call.part, delta: piece });
    parts.settle(events);
  }

  return {
    get seen() {
      return calls.length > 0;
    },
    add(deltas, events, isWhole) {
      let mended = false;
      for (const delta of deltas) {
        if (isJsonObject(delta)) mended = addOne(delta, events, isWhole) || mended;
        else if (delta != null)
          throw new ChatError("upstream_invalid_response", { logReason: "tool_calls" });
      }
      return mended;
    },
    check() {
      if (calls.some(({ written }) => !written))
        throw new ChatError("upstream_invalid_response", { logReason: "tool_call_without_name" });
    },
  };
}

function customValue({ id, name, text, rest }: Call): JsonObject {
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
