import type { FinishReason } from "../../chat/event.ts";

/** Why an answer is incomplete; undefined if it is complete. */
export function mapFinishReason(
  reason: FinishReason,
): "max_output_tokens" | "content_filter" | undefined {
  if (reason === "length") return "max_output_tokens";
  return reason === "content_filter" ? reason : undefined;
}
