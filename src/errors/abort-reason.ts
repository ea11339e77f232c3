import { ChatError } from "./chat-error.ts";

/** Why a call's signal was aborted: the error that was given as the reason, or that the caller went away. */
export function abortReason({ reason }: AbortSignal): ChatError {
  return reason instanceof ChatError ? reason : new ChatError("cancelled");
}
