import { parseArguments } from "../../chat/fold-events.ts";
import type { OpaquePart, ToolCallPart } from "../../chat/part.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { noteSignature } from "../caller-paths.ts";
import { splitFields } from "./classify-fields.ts";
import { decodeCacheControl, type RequireFormat } from "./decode-content.ts";
import { decodeForeignParts, type ForeignPart } from "./foreign-part.ts";
import type { WireCall } from "./request.ts";

export interface DecodedCall {
  part: ToolCallPart | OpaquePart;
  /** What this server embedded in the call about the parts around it. */
  foreign: ForeignPart[] | undefined;
}

/**
 * One of `tool_calls`. A call that is not a function call only goes back to a server of this
 * format.
 */
export function decodeToolCall(
  call: WireCall,
  param: string,
  requireFormat: RequireFormat,
): DecodedCall {
  if (call.type === "other") {
    requireFormat(param);
    return { part: { type: "opaque", format: FORMAT, value: call.value }, foreign: undefined };
  }
  const { id, type, function: called, ...rest } = call;
  // Some servers send no id and match results by position; other vendors match them by id.
  if (id === "") requireFormat(`${param}.id`);
  const { original, fields } = splitFields(rest);
  const place = `${param}.extra_content.google.thought_signature`;
  const foreign = decodeForeignParts(thoughtSignature(fields.extra_content), place);
  for (const part of foreign ?? []) if ("signature" in part) noteSignature(part.signature, place);
  if (foreign) delete fields.extra_content;
  // As the AI SDK's openai-compatible client writes a message's hint.
  const cache = decodeCacheControl(fields.cache_control);
  if (cache) {
    original.cache_control = fields.cache_control;
    delete fields.cache_control;
  }
  // Empty arguments would be encoded as `{}`.
  if (!called.arguments || Object.keys(called).length > 2) original.function = called;
  return {
    part: {
      type: "tool_call",
      id,
      name: called.name,
      ...parseArguments(called.arguments ?? ""),
      ...defined({ cache }),
      ...openaiChatExtras.wrap(fields, {
        $original: original,
        ...(type === undefined ? { $type: "absent" } : {}),
      }),
    },
    foreign,
  };
}

function thoughtSignature(extraContent: unknown): unknown {
  return isJsonObject(extraContent) && isJsonObject(extraContent.google)
    ? extraContent.google.thought_signature
    : undefined;
}
