import type * as z from "zod";
import { ChatError } from "../errors/chat-error.ts";

/**
 * What other vendors' formats alone can say travels in fields that a dialect's clients send back as they came. The prefix tells ours
 * from a vendor's own values, which are base64 and have no colon.
 */
export const EMBEDDED_PREFIX = "ai-server:1:";

export function encodeEmbedded(value: unknown): string {
  return EMBEDDED_PREFIX + JSON.stringify(value);
}

/** Undefined where the text is not ours. Throws where it is and was damaged; `param` is its path. */
export function decodeEmbedded<T>(
  schema: z.ZodType<T>,
  text: unknown,
  param: string,
): T | undefined {
  if (typeof text !== "string" || !text.startsWith(EMBEDDED_PREFIX)) return undefined;
  const result = schema.safeParse(parseJson(text.slice(EMBEDDED_PREFIX.length)));
  if (result.success) return result.data;
  throw new ChatError("invalid_request", {
    param,
    message: `${param} is not what this server gave out.`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
