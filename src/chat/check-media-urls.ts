import { ChatError } from "../errors/chat-error.ts";
import { isPublicHost } from "./is-public-host.ts";
import type { Message } from "./message.ts";
import type { Part } from "./part.ts";

/** https and http; gs is Google's storage, which its own models read. */
const SCHEMES: ReadonlySet<string> = new Set(["https:", "http:", "gs:"]);

/**
 * Refuses addresses of images and documents that are no public ones. This server fetches none of them, but the vendor, or a server of
 * the operator's own behind a compatible API, does: a caller must not make it read what stands beside it.
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
        message: `${param}: must be a public https, http or gs address without user name and password.`,
      });
    }
  });
}

/** Whether a text is an address that is public by its looks. */
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
