import type { Message } from "../../chat/message.ts";
import type { ToolResultPart } from "../../chat/part.ts";
import { notePlace, type Renames } from "../caller-paths.ts";

/** A signature that stands nowhere in the input was remembered; see `recallSignatures`. */
export const ITEM_RENAMES: Renames = { content: "output", tool_call_id: "call_id", signature: "" };
const IMAGE_RENAMES: Renames = { url: "image_url", data: "image_url", media_type: "image_url" };
const FILE_RENAMES: Renames = {
  url: "file_url",
  data: "file_data",
  media_type: "file_data",
  title: "filename",
};

/** Notes where each part of a message or of a call's output stands. */
export function placeContent(
  content: ToolResultPart["content"] | Message["content"],
  path: string,
): void {
  if (typeof content === "string") return;
  content.forEach((part, at) => {
    notePlace(part, `${path}[${at}]`, part.type === "document" ? FILE_RENAMES : IMAGE_RENAMES);
  });
}
