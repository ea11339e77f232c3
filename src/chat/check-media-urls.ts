import { ChatError } from "../errors/chat-error.ts";
import { isPublicHost } from "./is-public-host.ts";
import type { Message } from "./message.ts";
import type { Part } from "./part.ts";

/** gs is Google's storage, which its own models read. */
const SCHEMES: ReadonlySet<string> = new Set(["https:", "http:", "gs:"]);

/**
 * Refuses URLs of images and documents that are not public. This server never fetches them, but the
 * vendor does, or the operator's own server behind a compatible API: a caller must not make it read
 * from its private network.
 */
export function checkMediaUrls(messages: readonly Message[]): void {
  messages.forEach(({ content }, index) => {
    if (typeof content !== "string") checkParts(content, `messages[${index}].content`);
  });
}

function checkParts(parts: readonly Part[], path: string): void {
  parts.forEach((part, index) => {
    if (part.type === "tool_result" && typeof part.content !== "string")
      checkParts(part.content, `${path}[${index}].content`);
    if (
      (part.type === "image" || part.type === "document") &&
      part.url !== undefined &&
      !isPublicUrl(part.url)
    ) {
      const param = `${path}[${index}].url`;
      throw new ChatError("invalid_request", {
        param,
        message: `${param}: must be a public https, http or gs URL without credentials.`,
      });
    }
  });
}

/** Whether a text is a URL that looks public. */
export function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return (
    SCHEMES.has(protocol) &&
    username === "" &&
    password === "" &&
    (protocol === "gs:" || isPublicHost(hostname))
  );
}
