import type { ChatRequest } from "../../chat/request.ts";
import type { Block, CountTokensBody } from "../../formats/anthropic-messages/request.ts";
import { isJsonObject } from "../../json/json-object.ts";

/** Fields that change what is asked. Unknown fields are taken for hints or for something new. */
const VENDOR_FIELDS = ["container", "mcp_servers", "thread", "compaction"] as const;

/** Blocks that callers send and that no other vendor supports. */
const VENDOR_BLOCKS: ReadonlySet<string> = new Set(["container_upload", "search_result"]);

/**
 * The first thing in a request that only a provider of this format can honour: Anthropic's own
 * tools, or anything stored at Anthropic. Other providers refuse such a request.
 */
export function findFormatRequirement(body: CountTokensBody): Pick<ChatRequest, "requires_format"> {
  const param = findField(body) ?? findTool(body) ?? findBlock(body);
  return param === undefined ? {} : { requires_format: { format: "anthropic", param } };
}

function findField(body: CountTokensBody): string | undefined {
  return VENDOR_FIELDS.find((name) => {
    const value = body[name];
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  });
}

function findTool({ tools }: CountTokensBody): string | undefined {
  const at =
    tools?.findIndex(({ type }) => type !== undefined && type !== null && type !== "custom") ?? -1;
  return at === -1 ? undefined : `tools[${at}]`;
}

function findBlock({ messages }: CountTokensBody): string | undefined {
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== "user" || typeof content === "string") continue;
    const at = content.findIndex(isVendorBlock);
    if (at !== -1) return `messages[${index}].content[${at}]`;
  }
  return undefined;
}

function isVendorBlock(block: Block): boolean {
  return (
    VENDOR_BLOCKS.has(block.type) || (isJsonObject(block.source) && block.source.type === "file")
  );
}
