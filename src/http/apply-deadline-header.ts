import { type ChatRequest, DEADLINE_MS } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";

const HEADER = "x-request-timeout-ms";

/** The request with the shorter of its own deadline and the one in its headers. */
export function applyDeadlineHeader(request: ChatRequest, headers: Headers): ChatRequest {
  const text = headers.get(HEADER);
  if (text === null) return request;
  const milliseconds = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(milliseconds >= DEADLINE_MS.min && milliseconds <= DEADLINE_MS.max)) {
    throw new ChatError("invalid_request", {
      param: HEADER,
      message: `${HEADER}: must be a whole number from ${DEADLINE_MS.min} to ${DEADLINE_MS.max}.`,
    });
  }
  return { ...request, deadline_ms: Math.min(milliseconds, request.deadline_ms ?? Infinity) };
}
