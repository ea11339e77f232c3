import { ChatError } from "../errors/chat-error.ts";

/**
 * A page token says where a page ended, and of which question it is a page. It opens nothing: whose
 * calls are shown is always decided by the caller's own token.
 */
export async function encodePageToken(question: unknown, last: readonly string[]): Promise<string> {
  const json = JSON.stringify([await digest(question), ...last]);
  const bytes = new TextEncoder().encode(json);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** Where the page before ended; throws `invalid_request` for a token of another question. */
export async function decodePageToken(
  question: unknown,
  token: string,
  length: number,
): Promise<readonly string[]> {
  const parts = readParts(token);
  if (parts?.length !== length + 1) throw invalidToken("is not a page token");
  const [given, ...last] = parts;
  if (given !== (await digest(question)))
    throw invalidToken("belongs to another question, or to another caller");
  return last;
}

function invalidToken(problem: string): ChatError {
  return new ChatError("invalid_request", {
    message: `\`page\` ${problem}: take it from \`next_page\` and repeat the other parameters.`,
    param: "page",
  });
}

function readParts(token: string): string[] | undefined {
  try {
    const binary = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const parts: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return Array.isArray(parts) && parts.every((part) => typeof part === "string")
      ? parts
      : undefined;
  } catch {
    return undefined;
  }
}

async function digest(question: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(question));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
