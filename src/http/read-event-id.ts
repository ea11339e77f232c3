import { ChatError } from "../errors/chat-error.ts";

const HEADER = "Last-Event-ID";
const QUERY = "after";

/**
 * The event after which a reader goes on: `?after=` if that may be given, else `Last-Event-ID`,
 * which browsers send when they reconnect. Null if there is neither.
 */
export function readEventId(
  { url, headers }: Request,
  { hasQuery }: { hasQuery: boolean },
): number | null {
  const query = hasQuery ? new URL(url).searchParams.get(QUERY) : null;
  const text = query ?? headers.get(HEADER);
  if (text === null || (query === null && text === "")) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw refuseEventId(
    query === null ? HEADER : QUERY,
    "must be the id of an event: a whole number",
  );
}

export function refuseEventId(param: string, fault: string): ChatError {
  return new ChatError("invalid_request", { param, message: `${param}: ${fault}.` });
}

/** What the event's id was read from. */
export function eventIdParam({ url }: Request): string {
  return new URL(url).searchParams.has(QUERY) ? QUERY : HEADER;
}
