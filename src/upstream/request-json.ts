import { ChatError } from "../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import type { ProviderDeps } from "../platform.ts";
import { classifyFetchError } from "./classify-fetch-error.ts";
import { createConnection } from "./connection.ts";
import { readAnswerText } from "./read-body.ts";
import { type ReadErrorBody, readFailure } from "./read-failure.ts";
import { redactError } from "./redact-error.ts";

export interface JsonCall {
  method: "GET" | "POST" | "DELETE";
  url: string;
  /** Built from nothing: no header of the caller's goes upstream. */
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  /** Until the whole answer is there, in milliseconds. */
  timeoutMs: number;
  readErrorBody: ReadErrorBody;
}

/**
 * One question to a vendor beside an answer (create, cancel, delete, count), with its JSON. The same care as `openUpstream` takes
 * for answers: abort, time limit, no redirects, errors mapped, nothing of the vendor's text in what it throws.
 */
export async function requestJson(
  call: JsonCall,
  deps: Pick<ProviderDeps, "fetch" | "now">,
): Promise<JsonObject> {
  const connection = createConnection(call.signal, deps);
  connection.limit(call.timeoutMs);
  let stage: "connect" | "body" = "connect";
  try {
    const response = await deps.fetch(call.url, {
      method: call.method,
      headers: call.headers,
      body: call.body ?? null,
      signal: connection.signal,
      redirect: "manual",
    });
    stage = "body";
    if (!response.ok) throw await readFailure(response, call.readErrorBody, deps.now());
    const body = parseJson(await readAnswerText(response));
    connection.release();
    return body;
  } catch (thrown) {
    const error = connection.reason() ?? classifyFetchError(thrown, stage);
    connection.close();
    throw redactError(error, call.headers);
  }
}

function parseJson(text: string): JsonObject {
  try {
    const body: unknown = JSON.parse(text);
    if (isJsonObject(body)) return body;
  } catch {
    // Told apart below from what is JSON but no object: by nothing, for neither is an answer.
  }
  throw new ChatError("upstream_invalid_response", { logReason: "body" });
}
