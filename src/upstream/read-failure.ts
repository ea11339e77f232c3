import type { ChatError } from "../errors/chat-error.ts";
import { readErrorJson } from "./read-body.ts";
import { readRetryAfter } from "./retry-after.ts";
import { createUpstreamError, type UpstreamErrorBody } from "./upstream-error.ts";

/** What a vendor's error body (parsed, or undefined where it is no JSON) says. */
export type ReadErrorBody = (body: unknown, status: number, headers: Headers) => UpstreamErrorBody;

/** A vendor's answer with a status that is no success → ChatError. */
export async function readFailure(
  response: Response,
  readErrorBody: ReadErrorBody,
  nowMs: number,
): Promise<ChatError> {
  const body = await readErrorJson(response);
  return createUpstreamError(
    response.status,
    readErrorBody(body, response.status, response.headers),
    {
      retryAfterSeconds: readRetryAfter(response.headers, nowMs),
      requestId: response.headers.get("request-id") ?? response.headers.get("x-request-id"),
    },
  );
}
