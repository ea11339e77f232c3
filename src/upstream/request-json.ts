import { ChatError } from "../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import type { ProviderDeps } from "../platform.ts";
import { classifyFetchError } from "./classify-fetch-error.ts";
import { createConnection } from "./connection.ts";
import { readAnswerText } from "./read-body.ts";
import { type ReadErrorBody, readFailure } from "./read-failure.ts";
import { redactError } from "./redact-error.ts";
import { withTraceparent } from "./with-traceparent.ts";

export interface JsonCall {
  method: "GET" | "POST" | "DELETE";
  url: string;
  /** Built from scratch: no header of the caller goes upstream. */
  headers: Record<string, string>;
  /** The header of the same name; undefined if this server takes no part in traces. */
  traceparent?: string | undefined;
  body?: string;
  signal: AbortSignal;
  /** Until the whole answer has arrived, in milliseconds. */
  timeoutMs: number;
  readErrorBody: ReadErrorBody;
}

/**
 * One request to a vendor that is not an answer (create, cancel, delete, count), with its JSON.
 * Like `openUpstream`, it handles aborts, timeouts, redirects and errors, and throws nothing that
 * holds the vendor's text.
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
      headers: withTraceparent(call.headers, call.traceparent),
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
    throw redactError(error, call);
  }
}

function parseJson(text: string): JsonObject {
  try {
    const body: unknown = JSON.parse(text);
    if (isJsonObject(body)) return body;
  } catch {
    // Invalid JSON and non-object JSON are handled alike below.
  }
  throw new ChatError("upstream_invalid_response", { logReason: "body" });
}
