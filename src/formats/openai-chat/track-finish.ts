import type { FinishReason, Warning } from "../../chat/event.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { finishOf, readReason, warnUnknownFinish } from "../finish-reasons.ts";
import { isCallReason, mapFinishReason, WIRE_REASONS } from "./map-finish-reason.ts";

/** What an answer holds, as far as it tells how the answer ended. */
export interface Seen {
  readonly toolCall: boolean;
  readonly refusal: boolean;
}

/** The finish reason of one answer. */
export interface FinishTracker {
  /** The vendor's word; null until it has said one. */
  readonly word: string | null;
  /** Reads a choice. Throws if the reason means failure. */
  note(choice: JsonObject): void;
  /**
   * Puts into the vendor's own choice what clients of this format can read: a reason that they
   * know, with the vendor's word beside it as OpenRouter has it, and `tool_calls` if there is a
   * call, and only then: agents go on by it. True if it was changed.
   */
  mend(choice: JsonObject, seen: Seen): boolean;
  /** How the answer ended, when it has. */
  end(seen: Seen): FinishReason;
}

export function createFinishTracker(warn?: (warning: Warning) => void): FinishTracker {
  let word: string | null = null;
  /** The reason that a caller of the same format has been told. */
  let told: string | undefined;

  return {
    get word() {
      return word;
    },
    note(choice) {
      const said = readReason(choice.finish_reason);
      if (said === undefined) return;
      word = said;
      mapFinishReason(word, { toolCall: false, refusal: false });
    },
    mend(choice, seen) {
      const said = readReason(choice.finish_reason);
      if (said === undefined) {
        // A call that comes behind the reason changes it.
        if (told !== "stop" || !seen.toolCall) return false;
        told = "tool_calls";
        choice.finish_reason = told;
        return true;
      }
      const reason = mapFinishReason(said, seen);
      const isReadable = WIRE_REASONS.has(said) && isCallReason(said) === (reason === "tool_calls");
      told = isReadable ? said : reason;
      if (isReadable) return false;
      choice.finish_reason = reason;
      choice.native_finish_reason ??= said;
      return true;
    },
    end(seen) {
      if (word !== null && finishOf(word) === undefined) warn?.(warnUnknownFinish(word));
      return mapFinishReason(word, seen);
    },
  };
}
