import type { ChatError } from "../../errors/chat-error.ts";
import type { EncodedError } from "../dialect.ts";
import { encodeRetryHeaders } from "../retry-headers.ts";
import type { ErrorBody } from "./response.ts";

/** A failure as the native dialect tells it, in an error answer and in a stream's terminal event alike. */
export function encodeErrorBody(error: ChatError, requestId: string): ErrorBody {
  const upstream = {
    ...(error.upstreamStatus === undefined ? {} : { status: error.upstreamStatus }),
    ...(error.upstreamCode === undefined ? {} : { code: error.upstreamCode }),
    ...(error.upstreamRequestId === undefined ? {} : { request_id: error.upstreamRequestId }),
  };
  return {
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    request_id: requestId,
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(error.retryAfterSeconds === undefined ? {} : { retry_after: error.retryAfterSeconds }),
    ...(Object.keys(upstream).length === 0 ? {} : { upstream }),
  };
}

export function encodeError(error: ChatError, requestId: string): EncodedError {
  return {
    status: error.status,
    headers: encodeRetryHeaders(error),
    body: { error: encodeErrorBody(error, requestId) },
  };
}
