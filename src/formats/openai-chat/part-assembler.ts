import type { ChatEvent, PartStartEvent } from "../../chat/event.ts";
import type { Signature } from "../../chat/format.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { FORMAT } from "./format.ts";
import { appendDetails, needsReturn, toSignature } from "./reasoning-details.ts";
import { noteOrigin } from "./reasoning-origin.ts";

/**
 * Where text came from. A change starts a new part. These are field names; those of reasoning go
 * into the part's extras.
 */
export type TextOrigin =
  | "content"
  | "refusal"
  | "reasoning"
  | "reasoning_content"
  | "reasoning_details"
  | "thinking";

interface OpenText {
  index: number;
  origin: TextOrigin;
  details: JsonObject[];
}

/** A call that is being written. */
export interface OpenCall {
  /** Whether its arguments are complete; they may be without anyone saying so. */
  isComplete(): boolean;
  end(events: ChatEvent[]): void;
}

type Step = (events: ChatEvent[]) => void;

/**
 * Events of parts, of which one is open at a time. What arrives in the midst of a call waits until
 * the call's arguments are complete: some servers mix the pieces of several calls.
 */
export interface PartAssembler {
  /** Whether there was any part yet. */
  readonly any: boolean;
  /** Whether there was a refusal. */
  readonly refused: boolean;
  pushText(origin: TextOrigin, text: string, events: ChatEvent[]): void;
  pushDetails(added: unknown, events: ChatEvent[]): void;
  pushOpaque(value: JsonObject, events: ChatEvent[]): void;
  /** Begins a call as soon as no other part is in the way; `begin` is given the part's index. */
  pushCall(
    call: OpenCall,
    begin: (index: number, events: ChatEvent[]) => void,
    events: ChatEvent[],
  ): void;
  /** To be called when the open call has grown: what waits for it may go on. */
  settle(events: ChatEvent[]): void;
  /** Writes what waits, and ends what is open. */
  close(events: ChatEvent[]): void;
}

export function createPartAssembler(): PartAssembler {
  let indexes = 0;
  let refused = false;
  let open: OpenText | undefined;
  let call: OpenCall | undefined;
  const waiting: Step[] = [];

  function endText(events: ChatEvent[]): void {
    if (!open) return;
    const { index, origin, details } = open;
    open = undefined;
    // If the details are all there is of the reasoning, they go back whatever they hold.
    const isReturned =
      needsReturn(details) || (origin === "reasoning_details" && details.length > 0);
    const signature: Signature | undefined = isReturned ? toSignature(details) : undefined;
    events.push({ type: "part-end", index, ...(signature ? { signature } : {}) });
  }

  function endCall(events: ChatEvent[]): void {
    call?.end(events);
    call = undefined;
  }

  /** Does the step when no call is in the way any more. */
  function whenFree(step: Step, events: ChatEvent[]): void {
    if (waiting.length === 0 && call?.isComplete()) endCall(events);
    if (call) waiting.push(step);
    else step(events);
  }

  /** Does what waits, as far as calls are complete. */
  function settle(events: ChatEvent[]): void {
    while (waiting.length > 0 && (!call || call.isComplete())) {
      endCall(events);
      waiting.shift()?.(events);
    }
  }

  function nextIndex(events: ChatEvent[]): number {
    endText(events);
    indexes += 1;
    return indexes - 1;
  }

  function openText(origin: TextOrigin, events: ChatEvent[]): OpenText {
    const index = nextIndex(events);
    open = { index, origin, details: [] };
    events.push(startOf(index, origin));
    return open;
  }

  function sendText(origin: TextOrigin, text: string, events: ChatEvent[]): void {
    const part = open?.origin === origin ? open : openText(origin, events);
    events.push({ type: "part-delta", index: part.index, delta: text });
  }

  return {
    get any() {
      return indexes > 0;
    },
    get refused() {
      return refused;
    },
    pushText(origin, text, events) {
      if (text === "") return;
      refused ||= origin === "refusal";
      if (call) whenFree((out) => sendText(origin, text, out), events);
      else sendText(origin, text, events);
    },
    pushDetails(added, events) {
      if (!Array.isArray(added) || added.length === 0) return;
      whenFree((out) => {
        const isReasoning =
          open !== undefined && open.origin !== "content" && open.origin !== "refusal";
        appendDetails((isReasoning && open ? open : openText("reasoning", out)).details, added);
      }, events);
    },
    pushOpaque(value, events) {
      whenFree((out) => {
        const index = nextIndex(out);
        out.push(
          { type: "part-start", index, kind: "opaque", format: FORMAT, value },
          { type: "part-end", index },
        );
      }, events);
    },
    pushCall(begun, begin, events) {
      whenFree((out) => {
        begin(nextIndex(out), out);
        call = begun;
      }, events);
    },
    settle,
    close(events) {
      endCall(events);
      for (let step = waiting.shift(); step; step = waiting.shift()) {
        step(events);
        endCall(events);
      }
      endText(events);
    },
  };
}

function startOf(index: number, origin: TextOrigin): PartStartEvent {
  if (origin === "content") return { type: "part-start", index, kind: "text" };
  if (origin === "refusal") return { type: "part-start", index, kind: "text", refusal: true };
  // The notes tell encode-assistant.ts which field the text goes back into.
  return { type: "part-start", index, kind: "reasoning", ...noteOrigin(origin) };
}
