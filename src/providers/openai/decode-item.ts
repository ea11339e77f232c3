import type { ChatEvent } from "../../chat/event.ts";
import type { Extras } from "../../chat/format.ts";
import { ChatError } from "../../errors/chat-error.ts";
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

/** Which text of an item: the `at`-th of its kind. */
export interface TextPlace {
  readonly list: "content" | "summary" | "arguments";
  readonly at: number;
  /** Whether the text is a refusal. */
  readonly isRefusal: boolean;
}

/** Decodes one output item as its events arrive. A whole item needs only `done`. */
export interface ItemDecoder {
  /** A piece of a text. */
  text(place: TextPlace, delta: string, events: ChatEvent[]): void;
  /** The whole of a text; what did not arrive of it in pieces is sent now. */
  endText(place: TextPlace, text: string, events: ChatEvent[]): void;
  /** The finished item; what did not arrive of its texts is sent now. */
  done(item: JsonObject, events: ChatEvent[]): void;
  /**
   * Ends what was begun without the finished item. False if nothing was: then the item may still
   * come whole.
   */
  end(events: ChatEvent[]): boolean;
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
  /** The content index of the part that has not ended. */
  let open: number | undefined;

  function end(events: ChatEvent[], extras: { extras?: Extras } = {}): void {
    const part = open === undefined ? undefined : parts.get(open);
    if (part) events.push({ type: "part-end", index: part.index, ...extras });
    open = undefined;
  }

  function begin(
    contentIndex: number,
    content: JsonObject,
    item: JsonObject,
    events: ChatEvent[],
  ): { index: number; sent: string } {
    end(events);
    open = contentIndex;
    const part = { index: nextIndex(), sent: "" };
    parts.set(contentIndex, part);
    events.push({
      type: "part-start",
      kind: "text",
      index: part.index,
      ...(content.type === "refusal" ? { refusal: true } : {}),
      ...decodeOutputTextExtras(content, item, contentIndex),
    });
    return part;
  }

  function send(
    { at, isRefusal }: Pick<TextPlace, "at" | "isRefusal">,
    delta: string,
    events: ChatEvent[],
  ): void {
    const content = isRefusal ? { type: "refusal" } : {};
    const part = parts.get(at) ?? begin(at, content, added, events);
    part.sent += delta;
    events.push({ type: "part-delta", index: part.index, delta });
  }

  return {
    text: send,
    endText(place, text, events) {
      const rest = restOf(text, parts.get(place.at)?.sent ?? "");
      if (rest !== "") send(place, rest, events);
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
          end(events);
          createOpaqueDecoder(value, nextIndex, events).done(value, events);
          return;
        }
        const part = parts.get(contentIndex) ?? begin(contentIndex, content, item, events);
        if (open !== contentIndex) return;
        const rest = restOf(text, part.sent);
        if (rest !== "") send({ at: contentIndex, isRefusal: false }, rest, events);
        end(events, decodeOutputTextExtras(content, item, contentIndex));
      });
      end(events);
    },
    end(events) {
      end(events);
      return parts.size > 0;
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

  function sendRest(list: TextList, at: number, text: string, out: ChatEvent[]): void {
    const sent = texts.find((known) => known.list === list && known.at === at)?.text;
    const rest = restOf(text, sent ?? "");
    if (sent === undefined || rest !== "") send(list, at, rest, out);
  }

  return {
    text({ list, at }, delta, out) {
      if (list !== "arguments") send(list, at, delta, out);
    },
    endText({ list, at }, text, out) {
      if (list !== "arguments") sendRest(list, at, text, out);
    },
    end(out) {
      out.push({ type: "part-end", index });
      return true;
    },
    done(item, out) {
      const counts: Record<TextList, number> = { summary: 0, content: 0 };
      for (const { list, text } of textsOf(item)) {
        sendRest(list, counts[list]++, text, out);
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
    const id = readString(item.call_id);
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

  function send(delta: string, out: ChatEvent[]): void {
    // A call cannot start without a name; `done` then sends all of it.
    if (index === undefined || delta === "") return;
    sent += delta;
    out.push({ type: "part-delta", index, delta });
  }

  start(added, events);
  return {
    text: (_place, delta, out) => send(delta, out),
    endText: (_place, text, out) => send(restOf(text, sent), out),
    done(item, out) {
      const at = start(item, out);
      if (at === undefined)
        throw new ChatError("upstream_invalid_response", { logReason: "tool_call_without_name" });
      send(restOf(readString(item.arguments) ?? "", sent), out);
      out.push({ type: "part-end", index: at, ...otherFields(item) });
    },
    end(out) {
      if (index !== undefined) out.push({ type: "part-end", index, ...otherFields(added) });
      return index !== undefined;
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
    endText() {},
    done(item, out) {
      out.push(
        item === added ? { type: "part-end", index } : { type: "part-end", index, value: item },
      );
    },
    end(out) {
      out.push({ type: "part-end", index });
      return true;
    },
  };
}

/** What did not arrive in pieces: some servers stream only a part of a text, or none of it. */
function restOf(whole: string, sent: string): string {
  return whole.length > sent.length && whole.startsWith(sent) ? whole.slice(sent.length) : "";
}
