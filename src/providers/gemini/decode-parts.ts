import type { ChatEvent } from "../../chat/event.ts";
import type { Extras, Signature } from "../../chat/format.ts";
import { createOwnCallIds } from "../../chat/own-call-ids.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import type { AnswerPart, FunctionCall } from "./answer.ts";
import { type ArgumentsDecoder, createArgumentsDecoder } from "./decode-partial-arguments.ts";

export interface PartDecoder {
  decode(parts: readonly unknown[], events: ChatEvent[]): void;
  /** Closes the open part. */
  end(events: ChatEvent[]): void;
  /** Whether the model called a function. */
  called(): boolean;
}

/** The fields of `part-end`. */
type PartDetails = { signature?: Signature; extras?: Extras };

/** A function call whose arguments are still arriving. */
interface OpenCall {
  index: number;
  decoder: ArgumentsDecoder;
  details: PartDetails;
}

/**
 * Google's parts → parts of the chat model. Consecutive texts become one part, but a text with a
 * signature remains a part of its own, because it must be sent back as it was ("don't merge a part
 * with a signature with one without", ai.google.dev/gemini-api/docs/thought-signatures). A
 * signature with an empty text is reasoning whose text is hidden.
 */
export function createPartDecoder(randomId: () => string): PartDecoder {
  let index = -1;
  let openText: "text" | "reasoning" | undefined;
  let openCall: OpenCall | undefined;
  let called = false;
  const ownId = createOwnCallIds();

  function closeText(events: ChatEvent[]): void {
    if (openText === undefined) return;
    openText = undefined;
    events.push({ type: "part-end", index });
  }

  function decodeText(text: string, part: AnswerPart, events: ChatEvent[]): void {
    const details = readDetails(part, TEXT_FIELDS);
    const thought = part.thought === true;
    if (details === undefined) {
      if (text === "") return;
      const kind = thought ? "reasoning" : "text";
      if (openText !== kind) {
        closeText(events);
        index += 1;
        openText = kind;
        events.push({ type: "part-start", index, kind });
      }
      events.push({ type: "part-delta", index, delta: text });
      return;
    }
    if (text !== "" && !thought && openText === "text" && details.signature !== undefined) {
      // The end of a streamed text. Its signature follows it, as Google itself sends it in most
      // streams: clients take a last piece that stands alone for the whole answer.
      events.push({ type: "part-delta", index, delta: text });
      decodeText("", part, events);
      return;
    }
    closeText(events);
    index += 1;
    const hidden = text === "" && details.signature !== undefined;
    events.push({ type: "part-start", index, kind: thought || hidden ? "reasoning" : "text" });
    if (text !== "") events.push({ type: "part-delta", index, delta: text });
    // A text implies that it is a thought by its kind; without a text the flag would be lost.
    if (hidden && thought) details.extras = { google: { thought, ...details.extras?.google } };
    events.push({ type: "part-end", index, ...details });
  }

  function decodeCall(call: FunctionCall, part: AnswerPart, events: ChatEvent[]): void {
    const name = readText(call.name);
    if (name !== undefined) {
      if (openCall) endCall(openCall, events);
      openCall = startCall(name, call, part, events);
      const { args } = call;
      if (args != null && args !== "" && call.willContinue !== true) {
        // A text is broken JSON: an object would have come as one.
        const delta = typeof args === "string" ? args : JSON.stringify(args);
        events.push({ type: "part-delta", index: openCall.index, delta });
        finishCall(openCall, events);
        return;
      }
    }
    // Without a name, it continues a call or is the empty end marker of a finished one.
    if (!openCall) {
      if (call.args == null && call.partialArgs == null) return;
      throw new ChatError("upstream_invalid_response", { logReason: "tool_call_without_name" });
    }
    if (name === undefined)
      openCall.details = { ...openCall.details, ...readDetails(part, CALL_FIELDS) };
    const delta = openCall.decoder.decode(call.partialArgs);
    if (delta !== "") events.push({ type: "part-delta", index: openCall.index, delta });
    if (call.willContinue !== true) endCall(openCall, events);
  }

  function startCall(
    name: string,
    call: FunctionCall,
    part: AnswerPart,
    events: ChatEvent[],
  ): OpenCall {
    closeText(events);
    index += 1;
    called = true;
    const id = ownId(readText(call.id) ?? `call_${randomId()}`);
    events.push({ type: "part-start", index, kind: "tool_call", id, name });
    return {
      index,
      decoder: createArgumentsDecoder(),
      details: readDetails(part, CALL_FIELDS) ?? {},
    };
  }

  function endCall(call: OpenCall, events: ChatEvent[]): void {
    events.push({ type: "part-delta", index: call.index, delta: call.decoder.end() });
    finishCall(call, events);
  }

  function finishCall(call: OpenCall, events: ChatEvent[]): void {
    openCall = undefined;
    events.push({ type: "part-end", index: call.index, ...call.details });
  }

  function decodeOpaque(value: JsonObject, events: ChatEvent[]): void {
    closeText(events);
    index += 1;
    events.push(
      { type: "part-start", index, kind: "opaque", format: "google", value },
      { type: "part-end", index },
    );
  }

  function decodePart(part: unknown, events: ChatEvent[]): void {
    if (!isJsonObject(part)) throw new Error("a part is not an object");
    if (typeof part.text === "string") decodeText(part.text, part, events);
    else if (isJsonObject(part.functionCall)) decodeCall(part.functionCall, part, events);
    else if (isSignatureAlone(part)) decodeText("", part, events);
    else if (Object.keys(part).length > 0) decodeOpaque(part, events);
  }

  return {
    decode(parts, events) {
      for (const part of parts) decodePart(part, events);
    },
    end(events) {
      // A call that was to continue lacks some of its arguments.
      if (openCall) throw new ChatError("upstream_incomplete");
      closeText(events);
    },
    called: () => called,
  };
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(["text", "thought", "thoughtSignature"]);
const CALL_FIELDS: ReadonlySet<string> = new Set(["functionCall", "thoughtSignature"]);

/** The part's signature and its unknown fields; undefined if it has neither. */
function readDetails(part: AnswerPart, known: ReadonlySet<string>): PartDetails | undefined {
  let others: JsonObject | undefined;
  for (const name in part) {
    if (!known.has(name)) {
      others ??= {};
      others[name] = part[name];
    }
  }
  const value = readText(part.thoughtSignature);
  if (value === undefined && !others) return undefined;
  const details: PartDetails = {};
  if (value !== undefined) details.signature = { format: "google", value };
  if (others) details.extras = { google: others };
  return details;
}

function isSignatureAlone(part: AnswerPart): boolean {
  for (const name in part) if (name !== "thoughtSignature" && name !== "thought") return false;
  return typeof part.thoughtSignature === "string";
}
