import type { Answers, KeyUse } from "../answers/answers.ts";
import { fingerprint } from "../answers/identify.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import { IDEMPOTENCY_KEY, readIdempotencyKey } from "../http/read-idempotency-key.ts";

/** What a request wants of its answer beyond this connection. */
export interface KeepOptions {
  /** Where it is kept. */
  readonly answers: Answers;
  /** Its `Idempotency-Key`; null if it has none. */
  readonly key: string | null;
  readonly isBackground: boolean;
  /** Whether the answer goes on if the caller leaves. */
  readonly goesOn: boolean;
  readonly webhook: string | null;
}

/**
 * Null if the request wants nothing of it: then nothing of its answer is kept. `answers` is null if
 * the operator lets none be kept; `isStored` says whether the request asks for it by a field of its
 * API.
 */
export function readKeepOptions(
  { background = false, on_disconnect: onDisconnect, webhook }: ChatRequest,
  headers: Headers,
  answers: Answers | null,
  isStored: boolean,
): KeepOptions | null {
  const key = readIdempotencyKey(headers);
  const asksBy =
    (key !== null && IDEMPOTENCY_KEY) ||
    (onDisconnect === "continue" && "on_disconnect") ||
    (background && "background") ||
    (webhook && "webhook");
  if (!asksBy && !isStored) return null;
  if (!answers) {
    if (!asksBy) return null;
    throw new ChatError("answers_not_kept", { param: asksBy });
  }
  if (background && onDisconnect === "cancel")
    throw new ChatError("invalid_request", {
      param: "on_disconnect",
      message:
        "on_disconnect: a background answer cannot be cancelled by disconnecting; leave this field out.",
    });
  // OpenAI ends what is only stored when its caller leaves.
  const goesOn = asksBy !== undefined && onDisconnect !== "cancel";
  return { answers, key, isBackground: background, goesOn, webhook: webhook?.url ?? null };
}

/** What the key is used for; null if there is none. */
export async function readKeyUse(
  { key }: KeepOptions,
  path: string,
  body: unknown,
  isStream: boolean,
): Promise<KeyUse | null> {
  return key === null ? null : { path, key, fingerprint: await fingerprint(body, isStream) };
}
