import { partsOf } from "./message.ts";
import type { ChatRequest } from "./request.ts";

/** Characters per token, on average, in the languages and the code that models usually get. */
export const LETTERS_PER_TOKEN = 4;
/** Tokens of an image or a document if nothing better is known. */
const TOKENS_PER_MEDIUM = 1500;

/** A rough count of a prompt's tokens. */
export function estimateTokens({
  messages,
  tools,
}: Pick<ChatRequest, "messages" | "tools">): number {
  let letters = tools ? JSON.stringify(tools).length : 0;
  let media = 0;
  for (const message of messages) {
    for (const part of partsOf(message)) {
      if (part.type === "image" || part.type === "document") media += 1;
      else
        letters +=
          part.type === "text" || part.type === "reasoning"
            ? part.text.length
            : JSON.stringify(part).length;
    }
  }
  return Math.ceil(letters / LETTERS_PER_TOKEN) + media * TOKENS_PER_MEDIUM;
}
