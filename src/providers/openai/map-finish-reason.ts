import type { FinishReason, Warning } from "../../chat/event.ts";
import { finishOf, warnUnknownFinish } from "../../formats/finish-reasons.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readString, readText } from "../../json/narrow.ts";

/** Calls that the caller has to run, besides function calls. */
const CALLERS_CALLS: ReadonlySet<string> = new Set([
  "function_call",
  "custom_tool_call",
  "computer_call",
  "local_shell_call",
  "shell_call",
  "apply_patch_call",
  "mcp_approval_request",
]);

/** What the output items tell about the end of the answer. */
export interface OutputSummary {
  /** Adds a finished item. */
  add(item: JsonObject): void;
  awaitsCaller(): boolean;
  hasRefusal(): boolean;
}

export function createOutputSummary(): OutputSummary {
  /** The types of the unanswered calls, by id. */
  const open = new Map<unknown, string>();
  let refused = false;
  return {
    add(item) {
      const type = readString(item.type) ?? "";
      if (type === "message") {
        refused ||=
          Array.isArray(item.content) &&
          item.content.some((part) => isJsonObject(part) && part.type === "refusal");
        // xAI runs its own tools under this type without showing the output, then goes on to
        // answer.
        for (const [id, called] of open) if (called === "custom_tool_call") open.delete(id);
      } else if (
        CALLERS_CALLS.has(type) ||
        (type === "tool_search_call" && item.execution === "client")
      ) {
        open.set(item.call_id ?? item.id, type);
      } else if (type.endsWith("_output")) {
        // The vendor ran this call itself.
        open.delete(item.call_id);
      }
    },
    awaitsCaller: () => open.size > 0,
    hasRefusal: () => refused,
  };
}

/** How an answer ended, in our terms and the vendor's. */
export interface Ending {
  finish_reason: FinishReason;
  raw_finish_reason: string | null;
}

/**
 * The finish reason of a completed or incomplete answer. A reason or a status that this server does
 * not know may mean that the answer was cut, so it is not `stop`; `warn` is told of it.
 */
export function mapFinishReason(
  response: JsonObject,
  output: OutputSummary,
  warn: (warning: Warning) => void,
): Ending {
  const { status, incomplete_details: details } = response;
  const reason = isJsonObject(details) ? readText(details.reason) : undefined;
  const word = reason ?? readText(status) ?? "completed";
  const known = word === "incomplete" ? "length" : finishOf(word);
  if (known === undefined) warn(warnUnknownFinish(word));
  if (known === "content_filter") return { finish_reason: known, raw_finish_reason: word };
  const isWhole = reason === undefined && status !== "incomplete";
  if (!isWhole || known === undefined || known === "length")
    return { finish_reason: "length", raw_finish_reason: word };
  if (output.hasRefusal()) return { finish_reason: "content_filter", raw_finish_reason: "refusal" };
  return {
    finish_reason: output.awaitsCaller() ? "tool_calls" : "stop",
    raw_finish_reason: readString(response.status) ?? null,
  };
}
