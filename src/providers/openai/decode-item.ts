import type { ChatEvent } from "../../chat/event.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { decodeOutputTextExtras } from "../../formats/openai-responses/message-item.ts";
import {
  decodeReasoningExtras,
  type ReasoningText,
  TEXT_SEPARATOR,
  type TextList,
  textsOf,
} from "../../formats/openai-responses/reasoning-item.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { readObjects, readString } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";

/** Returns the index of the next part in the answer. */
export type NextIndex = () => number;

/** Decodes one output item as its events arrive. A whole item needs only `done`. */
export interface ItemDecoder {
  /** Adds a piece to the item's text number `index` of this kind. */
  text(
    list: "content" | "summary" | "arguments",
    index: number,
    delta: string,
    events: ChatEvent[],
  ): void;
  /** Ends the item, and sends the texts that were not streamed. */
  done(item: JsonObject, events: ChatEvent[]): void;
}

export function createItemDecoder(
  item: JsonObject,
  nextIndex: NextIndex,
  events: ChatEvent[],
): ItemDecoder {
  switch (item.type) {
    case "message":
      return createMessageDecoder(item, nextIndex);
    case "reasoning":
      return createReasoningDecoder(nextIndex, events);
    case "function_call":
      return createFunctionCallDecoder(item, nextIndex, events);
    default:
      return createOpaqueDecoder(item, nextIndex, events);
  }
}

function createMessageDecoder(added: JsonObject, nextIndex: NextIndex): ItemDecoder {
  /** By content index: the part, and the text that was sent. */
  const parts = new Map<number, { index: number; sent: string }>();

  function open(
    contentIndex: number,
    content: JsonObject,
    item: JsonObject,
    events: ChatEvent[],
  ): { index: number; sent: string } {
    const part = { index: nextIndex(), sent: "" };
    parts.set(contentIndex, part);
    events.push({
      type: "part-start",
      kind: "text",
      index: part.index,
      ...decodeOutputTextExtras(content, item, contentIndex),
    });
    return part;
  }

  return {
    text(_list, contentIndex, delta, events) {
      const part = parts.get(contentIndex) ?? open(contentIndex, {}, added, events);
      part.sent += delta;
      events.push({ type: "part-delta", index: part.index, delta });
    },
    done(item, events) {
      const contents = readObjects(item.content);
      // The API may refuse reasoning without the item that followed it, so an empty item is kept.
      if (contents.length === 0 && parts.size === 0)
        createOpaqueDecoder(item, nextIndex, events).done(item, events);
      contents.forEach((content, contentIndex) => {
        const text = readString(content.text) ?? readString(content.refusal);
        if (text === undefined || (content.type !== "output_text" && content.type !== "refusal")) {
          const value = { ...item, content: [content] };
          createOpaqueDecoder(value, nextIndex, events).done(value, events);
          return;
        }
        const part = parts.get(contentIndex) ?? open(contentIndex, content, item, events);
        sendRest(part.index, part.sent, text, events);
        events.push({
          type: "part-end",
          index: part.index,
          ...decodeOutputTextExtras(content, item, contentIndex),
        });
        parts.delete(contentIndex);
      });
      for (const { index } of parts.values()) events.push({ type: "part-end", index });
      parts.clear();
    },
  };
}

function createReasoningDecoder(nextIndex: NextIndex, events: ChatEvent[]): ItemDecoder {
  const index = nextIndex();
  events.push({ type: "part-start", kind: "reasoning", index });
  /** In the order in which they began, which is their order in the part's text. */
  const texts: (ReasoningText & { at: number })[] = [];

  function send(list: TextList, at: number, delta: string, out: ChatEvent[]): void {
    let text = texts.find((known) => known.list === list && known.at === at);
    const isNew = !text;
    if (!text) {
      text = { list, at, text: "" };
      texts.push(text);
    }
    // Only the last text can grow: more text in an earlier one would move those after it.
    if (text !== texts[texts.length - 1]) return;
    text.text += delta;
    const separated = isNew && texts.length > 1 ? TEXT_SEPARATOR + delta : delta;
    if (separated !== "") out.push({ type: "part-delta", index, delta: separated });
  }

  return {
    text(list, at, delta, out) {
      if (list !== "arguments") send(list, at, delta, out);
    },
    done(item, out) {
      const counts: Record<TextList, number> = { summary: 0, content: 0 };
      for (const { list, text } of textsOf(item)) {
        const at = counts[list]++;
        const sent = texts.find((known) => known.list === list && known.at === at)?.text;
        if (sent === undefined) send(list, at, text, out);
        else if (text.startsWith(sent) && text.length > sent.length)
          send(list, at, text.slice(sent.length), out);
      }
      out.push({ type: "part-end", index, ...decodeReasoningExtras(item, texts) });
    },
  };
}

const CALL_FIELDS: ReadonlySet<string> = new Set(["type", "call_id", "name", "arguments"]);

function createFunctionCallDecoder(
  added: JsonObject,
  nextIndex: NextIndex,
  events: ChatEvent[],
): ItemDecoder {
  let index: number | undefined;
  let sent = "";

  function start(item: JsonObject, out: ChatEvent[]): number | undefined {
    const id = readString(item.call_id) || readString(item.id);
    const name = readString(item.name);
    if (index === undefined && id && name) {
      index = nextIndex();
      out.push({ type: "part-start", kind: "tool_call", index, id, name, ...otherFields(item) });
    }
    return index;
  }
  function otherFields(item: JsonObject) {
    return openaiResponsesExtras.wrap(omit(item, CALL_FIELDS));
  }

  start(added, events);
  return {
    text(_list, _at, delta, out) {
      // A call cannot start without a name; `done` then sends all of it.
      if (index === undefined || delta === "") return;
      sent += delta;
      out.push({ type: "part-delta", index, delta });
    },
    done(item, out) {
      const at = start(item, out);
      if (at === undefined) return;
      sendRest(at, sent, readString(item.arguments) ?? "", out);
      out.push({ type: "part-end", index: at, ...otherFields(item) });
    },
  };
}

/** Calls of built-in tools, compaction and new kinds of items: the item itself, unchanged. */
function createOpaqueDecoder(
  added: JsonObject,
  nextIndex: NextIndex,
  events: ChatEvent[],
): ItemDecoder {
  const index = nextIndex();
  events.push({
    type: "part-start",
    kind: "opaque",
    format: "openai_responses",
    value: added,
    index,
  });
  return {
    text() {},
    done(item, out) {
      out.push(
        item === added ? { type: "part-end", index } : { type: "part-end", index, value: item },
      );
    },
  };
}

/**
 * Sends what the finished text has beyond the deltas, for servers that stream only part of a text,
 * or none.
 */
function sendRest(index: number, sent: string, whole: string, events: ChatEvent[]): void {
  if (whole.length > sent.length && whole.startsWith(sent)) {
    events.push({ type: "part-delta", index, delta: whole.slice(sent.length) });
  }
}
