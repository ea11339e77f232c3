import { ChatError } from "../errors/chat-error.ts";

/** The largest whole answer. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** How much of an error answer is read to find the vendor's code. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * The body as text, or null if it is larger than `maxBytes`. Reading it at once, if its length is
 * known, costs a third less.
 */
function readText(response: Response, maxBytes: number): Promise<string | null> {
  // The length counts bytes on the wire, so it does not limit the size of a compressed body.
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  return length <= maxBytes && !response.headers.has("content-encoding")
    ? response.text()
    : countText(response, maxBytes);
}

async function countText(response: Response, maxBytes: number): Promise<string | null> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > maxBytes) {
      reader.cancel().catch(() => {});
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The text of a whole answer. Throws a ChatError if it is too large. */
export async function readAnswerText(response: Response): Promise<string> {
  const text = await readText(response, MAX_ANSWER_BYTES);
  if (text === null)
    throw new ChatError("upstream_invalid_response", { logReason: "answer_too_large" });
  return text;
}

/**
 * The JSON of an error answer, or undefined if it has none (an HTML page, too large, cut off).
 * Never throws.
 */
export async function readErrorJson(response: Response): Promise<unknown> {
  try {
    const text = await readText(response, MAX_ERROR_BYTES);
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
