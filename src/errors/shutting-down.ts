import { ChatError } from "./chat-error.ts";

/** After this many seconds another machine, or this one restarted, takes the call. */
export const SHUTDOWN_RETRY_SECONDS = 1;

/** The error of calls that a stopping server ends or does not take. */
export function shuttingDown(): ChatError {
  return new ChatError("shutting_down", { retryAfterSeconds: SHUTDOWN_RETRY_SECONDS });
}
