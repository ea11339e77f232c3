import type { ChatEvent } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { openaiChatExtras } from "./extras.ts";
import { FORMAT } from "./format.ts";
import { mendCall } from "./mend-call.ts";
import type { PartAssembler } from "./part-assembler.ts";
import { type Call, createCallList, isComplete, isRepeated, readDelta } from "./tool-call-list.ts";

const KNOWN_FIELDS: ReadonlySet<string> = new Set(["index", "id", "type", "function", "custom"]);

/** Tool-call deltas → events of tool-call parts. */
export interface ToolCallAssembler {
  /**
   * Makes of the deltas what a caller of this format can read, and leaves out calls that a whole
   * answer repeats. True if one was changed.
   */
  add(deltas: unknown[], events: ChatEvent[], isWhole: boolean): boolean;
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
  const calls = createCallList(randomId);

  function start(call: Call, events: ChatEvent[]): void {
    call.written = true;
    calls.identify(call);
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

  /** Whether the delta was changed; null if the call is there already. */
  function addOne(delta: JsonObject, events: ChatEvent[], isWhole: boolean): boolean | null {
    const read = readDelta(delta);
    const { id, name, piece } = read;
    const call = calls.take(read, isWhole);
    const repeats = isRepeated(call, read);
    if (repeats && isWhole) return null;
    for (const field in delta) if (!KNOWN_FIELDS.has(field)) call.rest[field] = delta[field];
    const isNew = !call.written;
    if (isNew) {
      call.wireId ??= id;
      if (call.wireId !== undefined) calls.identify(call);
      call.name = name ?? "";
    }
    if (!repeats && piece !== "") grow(call, piece, events);
    if (isNew && name !== undefined) start(call, events);
    const isFirst = isNew && call.written;
    return mendCall(delta, { call, isFirst, isRepeated: repeats, isWhole });
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
      return calls.all.length > 0;
    },
    add(deltas, events, isWhole) {
      let mended = false;
      let kept = 0;
      for (const delta of deltas) {
        if (delta != null && !isJsonObject(delta))
          throw new ChatError("upstream_invalid_response", { logReason: "tool_calls" });
        const changed = delta ? addOne(delta, events, isWhole) : false;
        mended ||= changed !== false;
        if (changed !== null) deltas[kept++] = delta;
      }
      deltas.length = kept;
      return mended;
    },
    check() {
      if (calls.all.some(({ written }) => !written))
        throw new ChatError("upstream_invalid_response", { logReason: "tool_call_without_name" });
    },
  };
}

function customValue({ id, name, text, rest }: Call): JsonObject {
  return { ...rest, id, type: "custom", custom: { name, input: text.toWellFormed() } };
}
