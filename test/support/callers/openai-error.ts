import { APIError } from "openai";
import type { ToldError } from "./caller.ts";

/** Throws anything that is not an error of openai's client. */
export function readOpenaiError(thrown: unknown): ToldError {
  if (!(thrown instanceof APIError)) throw thrown;
  return {
    kind: thrown.constructor.name,
    status: thrown.status,
    retryAfter: thrown.headers?.get("retry-after"),
    requestId: thrown.requestID,
    code: thrown.code,
  };
}

export function readOpenaiStreamError(thrown: unknown): string {
  if (!(thrown instanceof APIError) || typeof thrown.code !== "string") throw thrown;
  return thrown.message;
}
