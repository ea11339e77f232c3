import type { Attempt } from "../../chat/attempt.ts";
import type { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import type { EncodedError, ErrorDialect } from "../dialect.ts";
import { encodeRetryHeaders } from "../retry-headers.ts";
import type { ErrorBody } from "./response.ts";

/** An error in the native dialect, for an error response and for a stream's terminal event. */
export function encodeErrorBody(error: ChatError, requestId: string): ErrorBody {
  const upstream = {
    ...defined({
      status: error.upstreamStatus,
      code: error.upstreamCode,
      request_id: error.upstreamRequestId,
    }),
  };
  return {
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    request_id: requestId,
    ...defined({
      param: error.param,
      // Clients that wait for 0 seconds hammer the server.
      retry_after: error.retryAfterSeconds || undefined,
      limit: error.limit,
      upstream: Object.keys(upstream).length === 0 ? undefined : upstream,
    }),
  };
}

function encodeError(
  error: ChatError,
  requestId: string,
  attempts: readonly Attempt[] = [],
): EncodedError {
  return {
    status: error.status,
    headers: encodeRetryHeaders(error),
    body: {
      error: encodeErrorBody(error, requestId),
      ...(attempts.length > 0 ? { attempts } : {}),
    },
  };
}

/** The errors of `/chat`, and of everything that is no vendor's API. */
export const chatErrors: ErrorDialect = { requestIdHeader: "x-request-id", encodeError };
