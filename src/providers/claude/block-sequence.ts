import type { ChatEvent, RawEvent } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { type BlockDecoder, createBlockDecoder, pushWholeBlock } from "./decode-block.ts";

/** The content blocks of an answer, one after the other. */
export interface BlockSequence {
  /** A whole block. */
  push(block: JsonObject, events: ChatEvent[]): void;
  start(event: JsonObject, block: JsonObject, raw: RawEvent, events: ChatEvent[]): void;
  add(event: JsonObject, delta: JsonObject, raw: RawEvent, events: ChatEvent[]): void;
  stop(event: JsonObject, raw: RawEvent, events: ChatEvent[]): void;
  /** Ends a block whose end did not come before that of the answer. */
  close(events: ChatEvent[]): void;
}

/**
 * Anthropic numbers its blocks from 0 and keeps one open. Servers that copy its API leave indexes
 * out, give all blocks the same one, begin at 1, or do not end a block before the next one; as long
 * as it is clear which block is meant, the events have the true index.
 */
export function createBlockSequence(): BlockSequence {
  let nextIndex = 0;
  let open: { readonly block: BlockDecoder; readonly given: unknown } | undefined;
  /** The vendor's indexes of blocks that were ended for it: it may do that later. */
  const closed = new Set<unknown>();

  function place(event: JsonObject, index: number, raw: RawEvent): void {
    if (event.index === index) return;
    event.index = index;
    raw.data = JSON.stringify(event);
  }

  function isOpen({ index }: JsonObject): boolean {
    return index == null || open?.given == null || index === open.given;
  }

  function close(events: ChatEvent[]): void {
    if (!open) return;
    const { block, given } = open;
    const type = "content_block_stop";
    open = undefined;
    closed.add(given);
    block.end({ event: type, data: JSON.stringify({ type, index: block.index }) }, events);
  }

  return {
    push(block, events) {
      pushWholeBlock(block, nextIndex, events);
      nextIndex += 1;
    },
    start(event, block, raw, events) {
      close(events);
      closed.delete(event.index);
      open = { block: createBlockDecoder(block, nextIndex), given: event.index };
      place(event, nextIndex, raw);
      nextIndex += 1;
      open.block.start(raw, events);
    },
    add(event, delta, raw, events) {
      if (!open || !isOpen(event))
        throw new ChatError("upstream_invalid_response", { logReason: "index" });
      place(event, open.block.index, raw);
      open.block.add(delta, raw, events);
    },
    stop(event, raw, events) {
      if (!open || !isOpen(event)) {
        if (closed.delete(event.index)) return;
        throw new ChatError("upstream_invalid_response", { logReason: "index" });
      }
      const { block } = open;
      open = undefined;
      place(event, block.index, raw);
      block.end(raw, events);
    },
    close,
  };
}
