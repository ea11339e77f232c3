import type { Warning } from "../../chat/event.ts";
import { type Message, partsOf } from "../../chat/message.ts";
import type { ImagePart } from "../../chat/part.ts";
import { type AgentImage, IMAGE_TYPES, MAX_IMAGES } from "./agents.ts";

export interface CollectedImages {
  images: AgentImage[];
  /** The position of an image in the list, from 1; undefined if it is not sent. */
  numberOf(part: ImagePart): number | undefined;
}

/**
 * The conversation's images, which are sent beside the text: the last ones if there are too many.
 */
export function collectImages(
  messages: readonly Message[],
  warn: (warning: Warning) => void,
): CollectedImages {
  const found: { part: ImagePart; path: string; image: AgentImage }[] = [];
  for (const { part, path } of listImages(messages)) {
    const image = readImage(part);
    if (image) found.push({ part, path, image });
    else
      warnLeftOut(
        path,
        "takes only PNG, JPEG, GIF and WebP images, as base64 or as an http(s) URL",
        warn,
      );
  }
  const surplus = Math.max(0, found.length - MAX_IMAGES);
  for (const { path } of found.slice(0, surplus))
    warnLeftOut(path, `takes at most ${MAX_IMAGES} images and got the last ones`, warn);
  const sent = found.slice(surplus);
  const numbers = new Map(sent.map(({ part }, index) => [part, index + 1]));
  return { images: sent.map(({ image }) => image), numberOf: (part) => numbers.get(part) };
}

function* listImages(messages: readonly Message[]): Generator<{ part: ImagePart; path: string }> {
  for (const [index, message] of messages.entries()) {
    for (const [partIndex, part] of partsOf(message).entries()) {
      const path = `messages[${index}].content[${partIndex}]`;
      if (part.type === "image") yield { part, path };
      if (part.type !== "tool_result" || typeof part.content === "string") continue;
      for (const [innerIndex, inner] of part.content.entries()) {
        if (inner.type === "image") yield { part: inner, path: `${path}.content[${innerIndex}]` };
      }
    }
  }
}

function readImage({ data, media_type: mimeType, url }: ImagePart): AgentImage | null {
  if (url !== undefined)
    return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? { url } : null;
  return data && mimeType !== undefined && IMAGE_TYPES.has(mimeType) ? { data, mimeType } : null;
}

function warnLeftOut(param: string, reason: string, warn: (warning: Warning) => void): void {
  warn({
    code: "unsupported_parameter",
    param,
    message: `Cursor ${reason}; this image was left out.`,
  });
}
