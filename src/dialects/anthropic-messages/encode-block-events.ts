import type { PartEndEvent, PartStartEvent } from "../../chat/event.ts";
import type { Signature } from "../../chat/format.ts";
import type { BlockDelta, MessageEvent } from "../../formats/anthropic-messages/event.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { embedOrigin, embedSignature, type SignatureOwner } from "./embed-signature.ts";
import { encodeSignatureBlock } from "./encode-content.ts";

/** A part on its way out. */
interface OpenBlock {
  start: PartStartEvent;
  /** Its index among the blocks; undefined as long as it has none. */
  index: number | undefined;
  /** Whether its signature went out before it. */
  signatureSent: boolean;
}

/** The parts of an answer as the events of content blocks. */
export interface BlockEncoder {
  /**
   * `signature` is the part's, if it is known by now; a client then gets it before the part itself.
   */
  start(event: PartStartEvent, signature: Signature | undefined): string;
  delta(at: number, delta: string): string;
  end(event: PartEndEvent): string;
  /** Ends what waits. */
  close(): string;
}

/**
 * - A block without a text of its own (one that carries the signature of a text, or a thought that is not shown) waits until
 *   another block follows, and is dropped behind the answer's text: clients take the last block for the answer.
 * - The end of a thought without a signature waits too: if a signed call follows, the call's signature goes there, since some clients
 *   drop blocks that have nothing but a signature.
 */
export function createBlockEncoder(write: (event: MessageEvent) => string): BlockEncoder {
  let nextIndex = 0;
  /** The type of the last block. */
  let last: unknown;
  /** A thought whose end waits. */
  let thought: { index: number; signature: string } | undefined;
  const waiting: JsonObject[] = [];
  const blocks: (OpenBlock | undefined)[] = [];

  function writeStart(block: JsonObject): string {
    const index = nextIndex;
    nextIndex += 1;
    last = block.type;
    return write({ type: "content_block_start", index, content_block: block });
  }

  function writeEnd(index: number, signature?: string): string {
    const end = write({ type: "content_block_stop", index });
    if (signature === undefined) return end;
    // An empty one too: the AI SDK sends back only reasoning for which it saw a signature.
    const delta = { type: "signature_delta", signature } as const;
    return write({ type: "content_block_delta", index, delta }) + end;
  }

  function writeWhole(block: JsonObject): string {
    const index = nextIndex;
    if (block.type !== "thinking") return writeStart(block) + writeEnd(index);
    return writeStart({ ...block, signature: "" }) + writeEnd(index, String(block.signature));
  }

  function endThought(signature?: string): string {
    if (!thought) return "";
    const { index, signature: own } = thought;
    thought = undefined;
    return writeEnd(index, signature ?? own);
  }

  /** Ends what waits, and begins a block. */
  function begin(open: OpenBlock, block: JsonObject): string {
    const before = endThought() + waiting.splice(0).map(writeWhole).join("");
    open.index = nextIndex;
    return before + writeStart(block);
  }

  function startCall(
    open: OpenBlock,
    event: Extract<PartStartEvent, { kind: "tool_call" }>,
    signature: Signature | undefined,
  ): string {
    const { id, name } = event;
    let before = "";
    if (signature) {
      const signed: SignatureOwner = { kind: "tool_call", toolCallId: id };
      if (thought) before = endThought(embedSignature(signature, signed));
      else waiting.push(encodeSignatureBlock(signature, signed));
      open.signatureSent = true;
    }
    const block = anthropicExtras.overlay({ type: "tool_use", id, name, input: {} }, event);
    return before + begin(open, block);
  }

  /** A thought that is not shown, whole. */
  function hideThought(start: PartStartEvent, signature: Signature | undefined): void {
    if (!signature) return;
    const isRedacted = start.kind === "reasoning" && start.redacted === true;
    const block =
      isRedacted && signature.format === "anthropic"
        ? { type: "redacted_thinking", data: signature.value }
        : encodeSignatureBlock(signature, { kind: isRedacted ? "redacted" : "reasoning" });
    waiting.push(anthropicExtras.overlay(block, start));
  }

  return {
    start(event, signature) {
      const open: OpenBlock = { start: event, index: undefined, signatureSent: false };
      blocks[event.index] = open;
      switch (event.kind) {
        case "text":
        case "reasoning":
          // It begins with its first text: there are no empty text blocks, and an empty thought may
          // have to wait.
          return "";
        case "tool_call":
          return startCall(open, event, signature);
        case "opaque":
          return event.format === "anthropic" ? begin(open, event.value) : "";
      }
    },
    delta(at, delta) {
      const open = blocks[at];
      if (!open) return "";
      const { start } = open;
      let before = "";
      if (open.index === undefined) {
        if (delta === "" || (start.kind !== "text" && start.kind !== "reasoning")) return "";
        const empty =
          start.kind === "text"
            ? { type: "text", text: "" }
            : { type: "thinking", thinking: "", signature: "" };
        before = begin(open, anthropicExtras.overlay(empty, start));
      }
      const index = open.index ?? 0;
      return (
        before +
        write({ type: "content_block_delta", index, delta: encodeDelta(start.kind, delta) })
      );
    },
    end({ index: at, signature }) {
      const open = blocks[at];
      if (!open) return "";
      blocks[at] = undefined;
      const { start, index, signatureSent } = open;
      if (start.kind === "reasoning") {
        if (index === undefined) hideThought(start, signature);
        else if (signature) {
          const kind = start.redacted ? "redacted" : "reasoning";
          return writeEnd(index, embedSignature(signature, { kind }));
        } else thought = { index, signature: embedOrigin(start) };
        return "";
      }
      const text = index === undefined ? "" : writeEnd(index);
      if (!signature || signatureSent) return text;
      if (start.kind === "text") {
        const kind = index === undefined ? "empty_text" : "text";
        waiting.push(encodeSignatureBlock(signature, { kind }));
      } else if (start.kind === "tool_call")
        waiting.push(encodeSignatureBlock(signature, { kind: "tool_call", toolCallId: start.id }));
      return text;
    },
    close: () => endThought() + (last === "text" ? "" : waiting.map(writeWhole).join("")),
  };
}

function encodeDelta(kind: PartStartEvent["kind"], delta: string): BlockDelta {
  switch (kind) {
    case "reasoning":
      return { type: "thinking_delta", thinking: delta };
    case "tool_call":
      return { type: "input_json_delta", partial_json: delta };
    default:
      return { type: "text_delta", text: delta };
  }
}
