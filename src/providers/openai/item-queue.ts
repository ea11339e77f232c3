import type { ChatEvent } from "../../chat/event.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { readObjects, readString } from "../../json/narrow.ts";
import { createItemDecoder, type ItemDecoder, type TextPlace } from "./decode-item.ts";

/** An item's `output_index`; its id if the server numbers nothing (llama.cpp's llama-server). */
export type ItemKey = number | string | undefined;

interface OpenItem {
  item: JsonObject;
  /** Absent until the item's turn has come. */
  decoder?: ItemDecoder;
  /** What arrived before that. */
  waiting: ((decoder: ItemDecoder, events: ChatEvent[]) => void)[];
  finished?: JsonObject;
  /** How many characters of its text arrived. */
  length: number;
}

/**
 * The items of one answer as chat events, one item after another. OpenAI's items do not overlap,
 * those of some servers do; chat parts must not.
 *
 * A numbered item waits until the one before it is finished. A server that numbers nothing finishes
 * all items at the end of the answer, so there an item ends when the next one begins.
 */
export interface ItemQueue {
  begin(item: JsonObject, key: ItemKey, events: ChatEvent[]): void;
  /** A piece of an item's text. False if there is no such item. */
  addText(key: ItemKey, place: TextPlace, delta: string, events: ChatEvent[]): boolean;
  /** The whole of a text; what did not arrive of it in pieces is sent now. */
  endText(key: ItemKey, place: TextPlace, text: string, events: ChatEvent[]): void;
  /** False if the item has text that can no longer be sent. */
  finish(item: JsonObject, key: ItemKey, events: ChatEvent[]): boolean;
  /** Items that are not finished yet. */
  unfinished(): [key: ItemKey, item: JsonObject][];
}

export function createItemQueue(): ItemQueue {
  const open = new Map<ItemKey, OpenItem>();
  /** Items that ended because another one began, with the length of what was sent of them. */
  const endedEarly = new Map<ItemKey, number>();
  let parts = 0;
  const nextIndex = () => parts++;

  /**
   * Sends what the first open item has to say, and the ones behind it as far as those before are
   * finished.
   */
  function advance(events: ChatEvent[]): void {
    for (const [key, entry] of open) {
      entry.decoder ??= createItemDecoder(entry.item, nextIndex, events);
      for (const step of entry.waiting.splice(0)) step(entry.decoder, events);
      if (!entry.finished) return;
      entry.decoder.done(entry.finished, events);
      open.delete(key);
    }
  }

  function put(
    entry: OpenItem,
    step: (decoder: ItemDecoder, events: ChatEvent[]) => void,
    events: ChatEvent[],
  ): void {
    if (entry.decoder) step(entry.decoder, events);
    else entry.waiting.push(step);
  }

  function endEarly(events: ChatEvent[]): void {
    for (const [key, { decoder, length }] of open) {
      if (decoder?.end(events)) endedEarly.set(key, length);
      open.delete(key);
    }
  }

  function begin(item: JsonObject, key: ItemKey, events: ChatEvent[]): OpenItem {
    if (typeof key !== "number") endEarly(events);
    const entry: OpenItem = { item, waiting: [], length: 0 };
    open.set(key, entry);
    advance(events);
    return entry;
  }

  return {
    begin,
    addText(key, place, delta, events) {
      const entry = open.get(key);
      if (!entry) return false;
      entry.length += delta.length;
      put(entry, (decoder, out) => decoder.text(place, delta, out), events);
      return true;
    },
    endText(key, place, text, events) {
      const entry = open.get(key);
      if (entry) put(entry, (decoder, out) => decoder.endText(place, text, out), events);
    },
    finish(item, key, events) {
      const sent = open.has(key) ? undefined : endedEarly.get(key);
      if (sent !== undefined) {
        endedEarly.delete(key);
        return countText(item) <= sent;
      }
      const entry = open.get(key) ?? begin(item, key, events);
      entry.finished = item;
      advance(events);
      return true;
    },
    unfinished: () => [...open].map(([key, { item }]) => [key, item]),
  };
}

/** How long the texts of an item are. */
function countText(item: JsonObject): number {
  const texts = [...readObjects(item.content), ...readObjects(item.summary)].map(
    ({ text, refusal }) => readString(text) ?? readString(refusal) ?? "",
  );
  return [...texts, readString(item.arguments) ?? ""].reduce((sum, text) => sum + text.length, 0);
}
