import type { ChatError } from "../errors/chat-error.ts";
import { soleOf } from "../json/narrow.ts";
import { readErrorJson } from "./read-body.ts";
import { readRetryAfter } from "./retry-after.ts";
import { createUpstreamError, type UpstreamErrorBody } from "./upstream-error.ts";

/** How long the body of an error answer may take to arrive, in milliseconds. */
const ERROR_BODY_MS = 2000;

/** Reads a vendor's error body, which is undefined if it is not JSON. */
export type ReadErrorBody = (body: unknown, status: number, headers: Headers) => UpstreamErrorBody;

/** An unsuccessful answer of a vendor → ChatError. */
export async function readFailure(
  response: Response,
  readErrorBody: ReadErrorBody,
  nowMs: number,
): Promise<ChatError> {
  // Workerd takes a 103 for the answer, whose body never ends.
  const body = response.status < 200 ? undefined : await inTime(readErrorJson(response));
  return createUpstreamError(
    response.status,
    readErrorBody(soleOf(body), response.status, response.headers),
    {
      retryAfterSeconds: readRetryAfter(response.headers, nowMs),
      requestId: response.headers.get("request-id") ?? response.headers.get("x-request-id"),
    },
  );
}

/**
 * The body is only there to say more than the status: without it, or if it does not come, the
 * status counts. The caller closes the connection.
 */
async function inTime(body: Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ERROR_BODY_MS);
  });
  try {
    return await Promise.race([body, late]);
  } finally {
    clearTimeout(timer);
  }
}
