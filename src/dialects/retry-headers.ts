import type { ChatError } from "../errors/chat-error.ts";

/**
 * The longest wait, in seconds, that a client is invited to. OpenAI's clients and the AI SDK ignore
 * a longer `retry-after` and retry at once; Anthropic's waits it out within the call.
 * (`docs/clients.md`)
 */
const MAX_WAIT_SECONDS = 60;

/**
 * Whether and when a client may retry. The vendors' clients retry 408, 409, 429 and 5xx twice by
 * themselves and heed these headers first.
 *
 * - After the server's own retries a client's would multiply with them, so it is told not to.
 * - A wait of 0 is never sent: clients would send all their retries at once.
 */
export function encodeRetryHeaders(error: ChatError): Record<string, string> {
  const { retryable, retried, retryAfterSeconds: wait = 0 } = error;
  const headers: Record<string, string> = {
    "x-should-retry": String(retryable && !retried && wait <= MAX_WAIT_SECONDS),
  };
  if (wait > 0) headers["retry-after"] = String(Math.ceil(wait));
  return headers;
}
