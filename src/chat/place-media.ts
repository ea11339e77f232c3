import type { Warning } from "./event.ts";
import type { Format } from "./format.ts";
import { type Message, partsOf } from "./message.ts";
import type { DocumentPart, ImagePart, Part } from "./part.ts";

/** In which messages a vendor of this format takes no images and documents. */
const WITHOUT_MEDIA: Readonly<Record<Format, readonly Message["role"][]>> = {
  anthropic: ["system", "assistant"],
  openai_responses: ["assistant"],
  openai_chat: ["system", "assistant"],
  google: ["system"],
  cursor: [],
};

/**
 * The conversation with images and documents only in messages in which the vendor takes them: what
 * stands elsewhere goes to the beginning of the next message of the user, with a warning. The same
 * list if nothing is misplaced. What the caller wrote in the vendor's own format stays.
 */
export function placeMedia(
  messages: Message[],
  format: Format | null,
  warn: (warning: Warning) => void,
): Message[] {
  const roles = format === null ? [] : WITHOUT_MEDIA[format];
  if (!messages.some((message) => roles.includes(message.role) && holdsMedia(message, format)))
    return messages;
  const placed: Message[] = [];
  let moved: Part[] = [];
  messages.forEach((message, index) => {
    if (roles.includes(message.role) && typeof message.content !== "string") {
      const kept = message.content.filter((part, at) => {
        if (!isMedia(part) || isOwn(part, format)) return true;
        moved.push(part);
        warn({
          code: "adjusted_parameter",
          param: `messages[${index}].content[${at}]`,
          message: `This provider takes no ${part.type} in a ${message.role} message; it was moved to the user's next one.`,
        });
        return false;
      });
      if (kept.length > 0) placed.push({ ...message, content: kept });
    } else if (message.role === "user" && moved.length > 0) {
      placed.push({ ...message, content: [...moved, ...partsOf(message)] });
      moved = [];
    } else placed.push(message);
  });
  if (moved.length > 0) placed.push({ role: "user", content: moved });
  return placed;
}

function holdsMedia({ content }: Message, format: Format | null): boolean {
  return (
    typeof content !== "string" && content.some((part) => isMedia(part) && !isOwn(part, format))
  );
}

function isMedia(part: Part): part is ImagePart | DocumentPart {
  return part.type === "image" || part.type === "document";
}

function isOwn(part: ImagePart | DocumentPart, format: Format | null): boolean {
  return format !== null && part.extras?.[format] !== undefined;
}
