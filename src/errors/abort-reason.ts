import { ChatError } from "./chat-error.ts";

/**
 * Why a call was aborted: the ChatError given as the reason, else `cancelled` (the caller left).
 */
export function abortReason({ reason }: AbortSignal): ChatError {
  return reason instanceof ChatError ? reason : new ChatError("cancelled");
}
