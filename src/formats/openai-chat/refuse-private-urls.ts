import { isPublicUrl } from "../../chat/check-media-urls.ts";
import { ChatError } from "../../errors/chat-error.ts";

/**
 * Fields whose URLs a server fetches: `url`, `image_url`, `video_url`, `document_url`, `file_data`.
 */
const FETCHED_FIELD = /(^|_)url$|^file_data$/;

/**
 * Refuses private addresses in an element that goes out as the caller wrote it. The chat model's
 * own images and documents are checked elsewhere. An operator's own server must not be made to read
 * from its private network.
 */
export function refusePrivateUrls(value: unknown, isFetched = false): void {
  if (typeof value === "string") {
    if (isFetched && /^https?:/i.test(value) && !isPublicUrl(value)) {
      throw new ChatError("invalid_request", {
        message: "The content contains a URL that is not public.",
      });
    }
  } else if (Array.isArray(value)) for (const item of value) refusePrivateUrls(item, isFetched);
  else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value))
      refusePrivateUrls(item, FETCHED_FIELD.test(name));
  }
}
