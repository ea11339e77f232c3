import { parseArguments } from "../../chat/fold-events.ts";
import type { OpaquePart, ToolCallPart } from "../../chat/part.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { sortInner } from "./classify-fields.ts";
import type { Bind } from "./decode-content.ts";
import { decodePieces, type Piece } from "./embed-foreign.ts";
import type { WireCall } from "./request.ts";

export interface DecodedCall {
  part: ToolCallPart | OpaquePart;
  /** What this server put on the call about the parts around it. */
  pieces: Piece[] | undefined;
}

/** One of `tool_calls`. A call of a tool that is no function goes back as it is, to a server of this format alone. */
export function decodeToolCall(call: WireCall, param: string, bind: Bind): DecodedCall {
  if (call.type === "other") {
    bind(param);
    return { part: { type: "opaque", format: FORMAT, value: call.value }, pieces: undefined };
  }
  const { id, type, function: called, ...rest } = call;
  // Some servers give none. They match results by their place; other vendors match them by the id.
  if (id === "") bind(`${param}.id`);
  const { said, fields } = sortInner(rest);
  const pieces = decodePieces(
    thoughtSignature(fields.extra_content),
    `${param}.extra_content.google.thought_signature`,
  );
  if (pieces) delete fields.extra_content;
  // Empty arguments would be written as an empty object.
  if (!called.arguments || Object.keys(called).length > 2) said.function = called;
  return {
    part: {
      type: "tool_call",
      id,
      name: called.name,
      ...parseArguments(called.arguments ?? ""),
      ...openaiChatExtras.wrap(fields, {
        $original: said,
        ...(type === undefined ? { $type: "absent" } : {}),
      }),
    },
    pieces,
  };
}

function thoughtSignature(extraContent: unknown): unknown {
  return isJsonObject(extraContent) && isJsonObject(extraContent.google)
    ? extraContent.google.thought_signature
    : undefined;
}
