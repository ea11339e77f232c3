import type { FinishReason } from "../../chat/event.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readString } from "../../json/narrow.ts";

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

/** The finish reason of a completed or incomplete answer, in our terms and the vendor's. */
export function mapFinishReason(
  response: JsonObject,
  output: OutputSummary,
): { finish_reason: FinishReason; raw_finish_reason: string | null } {
  if (response.status === "incomplete") {
    const reason = isJsonObject(response.incomplete_details)
      ? readString(response.incomplete_details.reason)
      : undefined;
    return {
      finish_reason: reason === "content_filter" ? "content_filter" : "length",
      raw_finish_reason: reason ?? "incomplete",
    };
  }
  if (output.hasRefusal()) return { finish_reason: "content_filter", raw_finish_reason: "refusal" };
  return {
    finish_reason: output.awaitsCaller() ? "tool_calls" : "stop",
    raw_finish_reason: readString(response.status) ?? null,
  };
}
