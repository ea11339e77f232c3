import { isJsonObject } from "../json/json-object.ts";
import type { EventBatch, PartStartEvent } from "./event.ts";
import type { Format, Signature } from "./format.ts";
import { type Message, partsOf } from "./message.ts";
import type { Part, ReasoningPart, ToolCallPart } from "./part.ts";

/**
 * A call, as it is known again: by its id, its name and its arguments, whatever their white space.
 */
interface SignedCall {
  readonly id: string;
  readonly fingerprint: string;
  readonly signature?: Signature;
}

/**
 * An answer that called tools, as far as its vendor wants it back byte for byte: its reasoning and
 * its signatures, in the order of its parts.
 */
export interface SignedTurn {
  readonly format: Format;
  readonly parts: readonly (
    | { readonly reasoning: ReasoningPart }
    | { readonly text: true }
    | { readonly call: SignedCall }
  )[];
  /** The letters that it takes to keep. */
  readonly size: number;
}

/**
 * Ids that a vendor counts (`call_0`, `functions.read:1`) say nothing: another conversation has
 * them too.
 */
const UNIQUE_ID = /[\w-]{12,}$/;

/**
 * Collects the turn of an answer from its events; `keep` is called once, at its end, if the answer
 * called tools and its vendor signed something.
 */
export function createTurnCollector(
  format: () => Format | null,
  keep: (turn: SignedTurn) => void,
): (batch: EventBatch) => void {
  const parts: SignedTurn["parts"][number][] = [];
  let open: { start: PartStartEvent; text: string } | undefined;
  let size = 0;
  let signed = false;
  let unknown = false;

  function close(signature: Signature | undefined, extras: ReasoningPart["extras"]): void {
    if (!open) return;
    const { start, text } = open;
    open = undefined;
    const proof = signature ? { signature } : {};
    signed ||= signature !== undefined;
    size += text.length + (signature?.value.length ?? 0);
    if (start.kind === "reasoning") {
      const hidden = start.redacted ? { redacted: true } : {};
      const further = extras ?? start.extras;
      parts.push({
        reasoning: {
          type: "reasoning",
          text,
          ...hidden,
          ...proof,
          ...(further ? { extras: further } : {}),
        },
      });
    } else if (start.kind === "tool_call") {
      unknown ||= !UNIQUE_ID.test(start.id);
      parts.push({
        call: { id: start.id, fingerprint: fingerprint(start.name, parse(text)), ...proof },
      });
    } else if (start.kind === "text") parts.push({ text: true });
    else unknown = true;
  }

  return (batch) => {
    for (const event of batch) {
      if (event.type === "part-start") open = { start: event, text: "" };
      else if (event.type === "part-delta") {
        if (open && open.start.kind !== "text") open.text += event.delta;
      } else if (event.type === "part-end") close(event.signature, event.extras);
      else if (event.type === "end") {
        const owner = format();
        if (signed && !unknown && owner !== null && parts.some((part) => "call" in part))
          keep({ format: owner, parts, size });
      }
    }
  };
}

/** The calls of a message that came back without anything signed, so that they may be looked up. */
export function unsignedCalls(message: Message): ToolCallPart[] {
  if (message.role !== "assistant") return [];
  const parts = partsOf(message);
  const isSigned = parts.some((part) => "signature" in part && part.signature !== undefined);
  return isSigned ? [] : parts.filter((part) => part.type === "tool_call");
}

/**
 * The message with the reasoning and the signatures of its turn; undefined if it is not that turn:
 * the caller changed a call, or left one out.
 */
export function restoreTurn(message: Message, turn: SignedTurn): Message | undefined {
  const calls = unsignedCalls(message);
  const byId = new Map(calls.map((call) => [call.id, call]));
  const others = partsOf(message).filter(
    (part) => part.type !== "tool_call" && part.type !== "reasoning",
  );
  const kept = turn.parts.filter((part) => "call" in part);
  if (kept.length !== calls.length) return undefined;
  const parts: Part[] = [];
  let callsBegun = false;
  for (const part of turn.parts) {
    if ("reasoning" in part) parts.push(part.reasoning);
    else if ("text" in part) parts.push(...others.splice(0, 1));
    else {
      const call = byId.get(part.call.id);
      if (!call || fingerprint(call.name, call.arguments) !== part.call.fingerprint)
        return undefined;
      if (!callsBegun) parts.push(...others.splice(0));
      callsBegun = true;
      const { signature } = part.call;
      parts.push(signature ? { ...call, signature } : call);
    }
  }
  return { ...message, content: [...parts, ...others] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch {
    return {};
  }
}

/** FNV-1a of the name and the arguments, with their length. */
function fingerprint(name: string, given: unknown): string {
  const text = `${name} ${JSON.stringify(isJsonObject(given) ? given : {})}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return `${text.length}:${hash}`;
}
