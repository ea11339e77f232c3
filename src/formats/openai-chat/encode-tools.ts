import { isAllowedTools, type Tool, type ToolChoice } from "../../chat/tool.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { type EncodeContext, encodeCache } from "./encode-content.ts";
import { openaiChatExtras } from "./extras.ts";

export function encodeTool(tool: Tool, context: EncodeContext): JsonObject {
  if (tool.type === "opaque") return tool.value;
  const { name, description, parameters, strict } = tool;
  const encoded: JsonObject = {
    ...(openaiChatExtras.note(tool, "$type") === "absent" ? {} : { type: "function" }),
    function: {
      name,
      ...defined({ description, parameters, strict }),
    },
    ...encodeCache(tool, context),
  };
  return openaiChatExtras.overlay(encoded, tool);
}

/**
 * Tool choice → `tool_choice`, in the caller's own form if there is one (Mistral's `any`, a list of
 * allowed tools).
 */
export function encodeToolChoice(choice: ToolChoice | undefined, original: unknown): unknown {
  if (choice === undefined) return undefined;
  if (original != null) return original;
  if (typeof choice === "string") return choice;
  if (isAllowedTools(choice)) return choice.mode;
  return { type: "function", function: { name: choice.name } };
}
