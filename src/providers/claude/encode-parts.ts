import type { EncodeCall } from "../../chat/encode-call.ts";
import type { Part, TextPart } from "../../chat/part.ts";
import { cacheControlOf } from "../../formats/anthropic-messages/cache-control.ts";
import { encodeBlock } from "../../formats/anthropic-messages/encode-block.ts";
import type { JsonObject } from "../../json/json-object.ts";

/**
 * Leaves out blank texts, which the API refuses; the cache hint of one goes to what is before it.
 */
export function encodeParts(
  parts: readonly Part[],
  at: number,
  warn: EncodeCall["warn"],
): JsonObject[] {
  const blocks: JsonObject[] = [];
  parts.forEach((part, index) => {
    switch (part.type) {
      case "text":
        if (part.text.trim() !== "") blocks.push(encodeBlock(part));
        else moveCache(part, blocks);
        return;
      case "reasoning":
        if (part.signature?.format === "anthropic") blocks.push(encodeBlock(part));
        else {
          warn({
            code: "foreign_content_dropped",
            param: `messages[${at}].content[${index}]`,
            message: "Claude only takes back reasoning signed by Anthropic; it was left out.",
          });
        }
        return;
      default:
        blocks.push(encodeBlock(part));
    }
  });
  return blocks;
}

function moveCache(blank: TextPart, blocks: JsonObject[]): void {
  const last = blocks[blocks.length - 1];
  if (!blank.cache || !last || last.type === "thinking" || last.type === "redacted_thinking")
    return;
  blocks[blocks.length - 1] = { ...last, ...cacheControlOf(blank) };
}

export function isBlank(content: string | JsonObject[]): boolean {
  return typeof content === "string" ? content.trim() === "" : content.length === 0;
}

export function blocksOf(content: string | JsonObject[]): JsonObject[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
