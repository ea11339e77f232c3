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
  /** Ends the blocks whose end did not come before that of the answer. */
  close(events: ChatEvent[]): void;
}

interface OpenBlock {
  readonly block: BlockDecoder;
  /** Its index as the vendor gave it. */
  readonly given: unknown;
}

/**
 * Anthropic numbers its blocks from 0 and keeps one open. Servers that copy its API leave indexes
 * out, give all blocks the same one, begin at 1, do not end a block, or sign it only after the next
 * one has begun (llama-server); as long as it is clear which block is meant, the events have the
 * true index.
 */
export function createBlockSequence(): BlockSequence {
  return new IndexedBlocks();
}

class IndexedBlocks implements BlockSequence {
  #nextIndex = 0;
  #open: readonly OpenBlock[] = [];
  /** The vendor's indexes of blocks that were ended for it: it may do that later. */
  #closed: Set<unknown> | undefined;

  push(block: JsonObject, events: ChatEvent[]): void {
    pushWholeBlock(block, this.#nextIndex, events);
    this.#nextIndex += 1;
  }

  start(event: JsonObject, block: JsonObject, raw: RawEvent, events: ChatEvent[]): void {
    const { index } = event;
    // Only a block with an index of its own can be told apart from those that are still open.
    this.#end(
      this.#open.filter(({ given }) => given == null || index == null || given === index),
      events,
    );
    this.#closed?.delete(index);
    const begun = { block: createBlockDecoder(block, this.#nextIndex), given: index };
    this.#open = [...this.#open, begun];
    place(event, this.#nextIndex, raw);
    this.#nextIndex += 1;
    begun.block.start(raw, events);
  }

  add(event: JsonObject, delta: JsonObject, raw: RawEvent, events: ChatEvent[]): void {
    const found = this.#find(event);
    if (!found) throw new ChatError("upstream_invalid_response", { logReason: "index" });
    place(event, found.block.index, raw);
    found.block.add(delta, raw, events);
  }

  stop(event: JsonObject, raw: RawEvent, events: ChatEvent[]): void {
    const found = this.#find(event);
    if (!found) {
      if (this.#closed?.delete(event.index)) return;
      throw new ChatError("upstream_invalid_response", { logReason: "index" });
    }
    this.#open = this.#open.filter((one) => one !== found);
    place(event, found.block.index, raw);
    found.block.end(raw, events);
  }

  close(events: ChatEvent[]): void {
    this.#end(this.#open, events);
  }

  /** The open block that an event is about: without an index, the latest. */
  #find({ index }: JsonObject): OpenBlock | undefined {
    const latest = this.#open[this.#open.length - 1];
    if (index == null || latest?.given == null) return latest;
    return this.#open.find(({ given }) => given === index);
  }

  #end(blocks: readonly OpenBlock[], events: ChatEvent[]): void {
    const type = "content_block_stop";
    for (const { block, given } of blocks) {
      this.#closed ??= new Set();
      this.#closed.add(given);
      block.end({ event: type, data: JSON.stringify({ type, index: block.index }) }, events);
    }
    this.#open = this.#open.filter((one) => !blocks.includes(one));
  }
}

function place(event: JsonObject, index: number, raw: RawEvent): void {
  if (event.index === index) return;
  event.index = index;
  raw.data = JSON.stringify(event);
}
