import { ChatError } from "../errors/chat-error.ts";

export const IDEMPOTENCY_KEY = "Idempotency-Key";

const MAX_LENGTH = 255;
const PRINTABLE = /^[\x20-\x7e]+$/;
/** A string of a structured field (RFC 9651, section 3.3.3). */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/**
 * The request's `Idempotency-Key`, quoted as draft-ietf-httpapi-idempotency-key-header-07 has it,
 * or bare as most clients send it: both are the same key. Null if there is none.
 */
export function readIdempotencyKey(headers: Headers): string | null {
  const text = headers.get(IDEMPOTENCY_KEY);
  if (text === null) return null;
  const key = QUOTED.exec(text)?.[1]?.replace(/\\(["\\])/g, "$1") ?? text;
  if (key.length <= MAX_LENGTH && PRINTABLE.test(key)) return key;
  throw new ChatError("invalid_request", {
    param: IDEMPOTENCY_KEY,
    message: `${IDEMPOTENCY_KEY}: must have 1 to ${MAX_LENGTH} printable ASCII characters.`,
  });
}
