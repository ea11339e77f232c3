import { ChatError } from "../errors/chat-error.ts";

/** A whole answer may be this large. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Of an error answer, this much is looked at for the vendor's code. */
const MAX_ERROR_BYTES = 64 * 1024;

/** The body as text, up to `maxBytes`; null where it is larger. Reading in one go where the length is known costs a third less. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
  // The length counts the bytes on the wire: it says nothing about what a compressed body becomes.
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  if (length <= maxBytes && !response.headers.has("content-encoding")) return response.text();
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

/** The whole answer's text. */
export async function readAnswerText(response: Response): Promise<string> {
  const text = await readText(response, MAX_ANSWER_BYTES);
  if (text === null)
    throw new ChatError("upstream_invalid_response", { logReason: "answer_too_large" });
  return text;
}

/** An error answer's JSON, or undefined where it is none (an HTML page, too large, cut off). It never throws. */
export async function readErrorJson(response: Response): Promise<unknown> {
  try {
    const text = await readText(response, MAX_ERROR_BYTES);
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
