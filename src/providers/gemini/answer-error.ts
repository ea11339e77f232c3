import type { ChatError } from "../../errors/chat-error.ts";
import { createInBandError } from "../../formats/answer-error.ts";
import { findError, readErrorBody } from "../../google/read-error.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { createUpstreamError } from "../../upstream/upstream-error.ts";

/**
 * An error in place of an answer with status 200. Google's own has a `code`, which is the status
 * that the answer would have had.
 */
export function createAnswerError(body: unknown, error: JsonObject): ChatError {
  const google = findError(body);
  const code = google?.code;
  if (code === undefined && typeof google?.status !== "string") return createInBandError(error);
  return createUpstreamError(typeof code === "number" ? code : 500, readErrorBody(body));
}
