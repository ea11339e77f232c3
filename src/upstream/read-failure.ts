import type { ChatError } from "../errors/chat-error.ts";
import { readErrorJson } from "./read-body.ts";
import { readRetryAfter } from "./retry-after.ts";
import { createUpstreamError, type UpstreamErrorBody } from "./upstream-error.ts";

/** Reads a vendor's error body, which is undefined if it is not JSON. */
export type ReadErrorBody = (body: unknown, status: number, headers: Headers) => UpstreamErrorBody;

/** An unsuccessful answer of a vendor → ChatError. */
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
