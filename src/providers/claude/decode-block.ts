import { toArgumentsObject } from "../../chat/broken-arguments.ts";
import type { ChatEvent, PartEndEvent, PartStartEvent, RawEvent } from "../../chat/event.ts";
import { parseArguments } from "../../chat/fold-events.ts";
import type { Extras } from "../../chat/format.ts";
import type { Part } from "../../chat/part.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { decodeBlock } from "../../formats/anthropic-messages/decode-block.ts";
import { KNOWN_BLOCKS } from "../../formats/anthropic-messages/request.ts";
import type { JsonObject } from "../../json/json-object.ts";

/** Decodes one content block as it streams. */
export interface BlockDecoder {
  readonly index: number;
  start(raw: RawEvent, events: ChatEvent[]): void;
  add(delta: JsonObject, raw: RawEvent, events: ChatEvent[]): void;
  end(raw: RawEvent, events: ChatEvent[]): void;
}

/** A whole content block → its events. */
export function pushWholeBlock(block: JsonObject, index: number, events: ChatEvent[]): void {
  const part = decodePart(block);
  events.push(startOf(part, index));
  const text = textOf(part);
  if (text !== "") events.push({ type: "part-delta", index, delta: text });
  events.push(endOf(part, index));
}

/**
 * The start of a content block → a decoder for the rest. The deltas are added to the block, so that
 * at its end it is the block that a whole answer would hold.
 */
export function createBlockDecoder(initial: JsonObject, index: number): BlockDecoder {
  return new OneBlock(initial, index);
}

class OneBlock implements BlockDecoder {
  readonly index: number;
  readonly #block: JsonObject;
  readonly #part: Part;
  #json = "";
  #hasText = false;
  /**
   * The text in the block's start, until the first delta; MiniMax says it there again
   * (https://github.com/cline/cline/issues/9215).
   */
  #said: string;

  constructor(initial: JsonObject, index: number) {
    const part = decodePart(initial);
    this.index = index;
    this.#block = { ...initial };
    this.#part = part;
    this.#said = part.type === "text" || part.type === "reasoning" ? part.text : "";
  }

  start(raw: RawEvent, events: ChatEvent[]): void {
    const part = this.#part;
    const { index } = this;
    events.push({ ...startOf(part, index), raw });
    // Arguments of a tool call are left to the deltas, which repeat them if there are any.
    if ((part.type === "text" || part.type === "reasoning") && part.text !== "")
      events.push({ type: "part-delta", index, delta: part.text });
  }

  add(delta: JsonObject, raw: RawEvent, events: ChatEvent[]): void {
    const part = this.#part;
    const { type } = delta;
    if (type === "text_delta" && part.type === "text" && typeof delta.text === "string")
      this.#pushPiece("text", delta, delta.text, raw, events);
    else if (
      type === "thinking_delta" &&
      part.type === "reasoning" &&
      typeof delta.thinking === "string"
    ) {
      this.#pushPiece("thinking", delta, delta.thinking, raw, events);
    } else if (type === "input_json_delta" && typeof delta.partial_json === "string") {
      if (part.type === "tool_call") this.#pushText(delta.partial_json, raw, events);
      else {
        if (part.type !== "opaque") throw invalid();
        this.#json += delta.partial_json;
        events.push({ type: "opaque", raw });
      }
    } else if (isMisplaced(type, part)) throw invalid();
    else this.#addToBlock(delta, raw, events);
  }

  end(raw: RawEvent, events: ChatEvent[]): void {
    const part = this.#part;
    const { index } = this;
    if (part.type === "tool_call" && !this.#hasText && Object.keys(part.arguments).length > 0) {
      // If the model's own code calls the tool, the block's start already has all arguments.
      events.push({ type: "part-delta", index, delta: JSON.stringify(part.arguments), raw });
      events.push(endOf(decodePart(this.#block), index));
      return;
    }
    if (this.#json !== "") this.#block.input = toArgumentsObject(parseArguments(this.#json));
    events.push({ ...endOf(decodePart(this.#block), index), raw });
  }

  #pushText(delta: string, raw: RawEvent, events: ChatEvent[]): void {
    this.#hasText = true;
    events.push({ type: "part-delta", index: this.index, delta, raw });
  }

  /** A piece of a text, under this name in the vendor's delta. */
  #pushPiece(
    name: "text" | "thinking",
    delta: JsonObject,
    piece: string,
    raw: RawEvent,
    events: ChatEvent[],
  ): void {
    const said = this.#said;
    const rest = said !== "" && piece.startsWith(said) ? piece.slice(said.length) : piece;
    this.#said = "";
    if (rest !== piece)
      raw.data = JSON.stringify({
        type: "content_block_delta",
        index: this.index,
        delta: { ...delta, [name]: rest },
      });
    if (rest === "" && piece !== "") events.push({ type: "opaque", raw });
    else this.#pushText(rest, raw, events);
  }

  /** Handles a delta that changes the part's details but not its text. */
  #addToBlock(delta: JsonObject, raw: RawEvent, events: ChatEvent[]): void {
    const block = this.#block;
    if (delta.type === "citations_delta") {
      block.citations = [
        ...(Array.isArray(block.citations) ? block.citations : []),
        delta.citation,
      ];
    } else mergeDelta(block, delta);
    events.push({ type: "opaque", raw });
  }
}

function invalid(): ChatError {
  return new ChatError("upstream_invalid_response", { logReason: "block" });
}

/**
 * A block of a known type must have its fields; otherwise its content would be lost in an opaque
 * part.
 */
function decodePart(block: JsonObject): Part {
  if (typeof block.type !== "string") throw invalid();
  const part = decodeBlock(block);
  if (part.type === "opaque" && KNOWN_BLOCKS.has(block.type)) throw invalid();
  return part;
}

/** Whether a delta of a known kind does not fit a part of a known kind. */
function isMisplaced(type: unknown, part: Part): boolean {
  if (part.type === "opaque") return false;
  return type === "text_delta" || type === "thinking_delta" || type === "input_json_delta";
}

/** Adds the fields of an unknown kind of delta: strings grow, anything else is replaced. */
function mergeDelta(block: JsonObject, delta: JsonObject): void {
  for (const [name, value] of Object.entries(delta)) {
    if (name === "type") continue;
    const earlier = block[name];
    block[name] =
      typeof earlier === "string" && typeof value === "string" ? earlier + value : value;
  }
}

function textOf(part: Part): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text;
    case "tool_call":
      if (part.arguments_text !== undefined) return part.arguments_text;
      return Object.keys(part.arguments).length === 0 ? "" : JSON.stringify(part.arguments);
    default:
      return "";
  }
}

function startOf(part: Part, index: number): PartStartEvent {
  const extras: { extras?: Extras } =
    "extras" in part && part.extras ? { extras: part.extras } : {};
  const base = { type: "part-start", index, ...extras } as const;
  switch (part.type) {
    case "text":
      return { ...base, kind: "text" };
    case "reasoning":
      return part.redacted
        ? { ...base, kind: "reasoning", redacted: true }
        : { ...base, kind: "reasoning" };
    case "tool_call":
      return { ...base, kind: "tool_call", id: part.id, name: part.name };
    case "opaque":
      return { ...base, kind: "opaque", format: part.format, value: part.value };
    default:
      // Images, documents and tool results occur only in requests.
      throw invalid();
  }
}

function endOf(part: Part, index: number): PartEndEvent {
  const end: PartEndEvent = { type: "part-end", index };
  if (part.type === "reasoning" && part.signature) end.signature = part.signature;
  if (part.type === "opaque") end.value = part.value;
  else if (part.extras) end.extras = part.extras;
  return end;
}
