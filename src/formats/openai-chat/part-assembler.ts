import type { ChatEvent, PartStartEvent } from "../../chat/event.ts";
import type { Signature } from "../../chat/format.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { openaiChatExtras } from "./extras.ts";
import { FORMAT } from "./format.ts";
import { appendDetails, needsReturn, toSignature } from "./reasoning-details.ts";

/**
 * Where text came from. A change starts a new part. These are field names; all but `content` go
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

/** Builds text and reasoning parts, of which one is open at a time, and assigns part indexes. */
export interface PartAssembler {
  /** Whether there is any part yet. */
  readonly any: boolean;
  /** Returns the next index, for a part of another kind. Closes the open part first. */
  nextIndex(events: ChatEvent[]): number;
  pushText(origin: TextOrigin, text: string, events: ChatEvent[]): void;
  pushDetails(added: unknown, events: ChatEvent[]): void;
  pushOpaque(value: JsonObject, events: ChatEvent[]): void;
  close(events: ChatEvent[]): void;
}

export function createPartAssembler(): PartAssembler {
  let indexes = 0;
  let open: OpenText | undefined;

  function close(events: ChatEvent[]): void {
    if (!open) return;
    const { index, origin, details } = open;
    open = undefined;
    // If the details are all there is of the reasoning, they go back whatever they hold.
    const isReturned =
      needsReturn(details) || (origin === "reasoning_details" && details.length > 0);
    const signature: Signature | undefined = isReturned ? toSignature(details) : undefined;
    events.push({ type: "part-end", index, ...(signature ? { signature } : {}) });
  }

  function nextIndex(events: ChatEvent[]): number {
    close(events);
    indexes += 1;
    return indexes - 1;
  }

  function openText(origin: TextOrigin, events: ChatEvent[]): OpenText {
    const index = nextIndex(events);
    open = { index, origin, details: [] };
    events.push(startOf(index, origin));
    return open;
  }

  return {
    get any() {
      return indexes > 0;
    },
    nextIndex,
    close,
    pushText(origin, text, events) {
      if (text === "") return;
      const part = open?.origin === origin ? open : openText(origin, events);
      events.push({ type: "part-delta", index: part.index, delta: text });
    },
    pushDetails(added, events) {
      if (!Array.isArray(added) || added.length === 0) return;
      const isReasoning =
        open !== undefined && open.origin !== "content" && open.origin !== "refusal";
      appendDetails((isReasoning && open ? open : openText("reasoning", events)).details, added);
    },
    pushOpaque(value, events) {
      const index = nextIndex(events);
      events.push(
        { type: "part-start", index, kind: "opaque", format: FORMAT, value },
        { type: "part-end", index },
      );
    },
  };
}

function startOf(index: number, origin: TextOrigin): PartStartEvent {
  if (origin === "content") return { type: "part-start", index, kind: "text" };
  // These notes tell encode-assistant.ts which field the text goes back into.
  const notes = openaiChatExtras.wrap(
    {},
    origin === "thinking" ? { $element: true } : { $field: origin },
  );
  return { type: "part-start", index, kind: origin === "refusal" ? "text" : "reasoning", ...notes };
}
