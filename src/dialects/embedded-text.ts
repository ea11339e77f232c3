import type * as z from "zod/mini";
import { ChatError } from "../errors/chat-error.ts";

/**
 * Content that only another vendor's format can express travels in fields that clients send back
 * unchanged. The prefix marks ours: a vendor's own values are base64, which has no colon.
 */
export const EMBEDDED_PREFIX = "ai-server:1:";

export function encodeEmbedded(value: unknown): string {
  return EMBEDDED_PREFIX + JSON.stringify(value);
}

/** Undefined if the text is not ours. Throws if it is ours and damaged; `param` is its path. */
export function decodeEmbedded<T>(
  schema: z.ZodMiniType<T>,
  text: unknown,
  param: string,
): T | undefined {
  if (typeof text !== "string" || !text.startsWith(EMBEDDED_PREFIX)) return undefined;
  const result = schema.safeParse(parseJson(text.slice(EMBEDDED_PREFIX.length)));
  if (result.success) return result.data;
  throw new ChatError("invalid_request", {
    param,
    message: `${param} was changed: send it back as it was received.`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
