import { checkMediaUrls } from "../chat/check-media-urls.ts";
import type { Format } from "../chat/format.ts";
import type { ChatRequest } from "../chat/request.ts";
import { type ChatError, toChatError } from "../errors/chat-error.ts";
import type { Dialect } from "./dialect.ts";

/**
 * The error with the caller's own path in the place of the chat model's. A vendor names the fields
 * of its own API: its path is kept only for a caller who speaks that.
 */
export function nameError(
  error: ChatError,
  dialect: Pick<Dialect, "format" | "nameParam">,
  request: ChatRequest,
  vendors: Format | null,
): ChatError {
  const { param } = error;
  if (param === undefined || error.isCallersPath) return error;
  if (error.upstreamStatus !== undefined)
    return vendors === dialect.format ? error : error.withParam(undefined);
  return error.withParam(dialect.nameParam(param, request));
}

/** Refuses URLs that are not public, by the caller's own path. */
export function checkCallersUrls(
  request: ChatRequest,
  dialect: Pick<Dialect, "format" | "nameParam">,
): void {
  try {
    checkMediaUrls(request.messages);
  } catch (thrown) {
    throw nameError(toChatError(thrown), dialect, request, null);
  }
}
