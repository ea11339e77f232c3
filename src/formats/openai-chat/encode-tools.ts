import type { JsonObject } from "../../chat/format.ts";
import type { Tool, ToolChoice } from "../../chat/tool.ts";
import { overlay } from "./extras.ts";
import type { Quirks } from "./quirks.ts";

/** Tool → an entry of `tools`. */
export function encodeTool(tool: Tool, quirks: Quirks): JsonObject {
  if (tool.type === "opaque") return tool.value;
  const { name, description, parameters, strict, cache } = tool;
  const encoded: JsonObject = {
    type: "function",
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(strict === undefined ? {} : { strict }),
    },
    ...(cache && quirks.cache === "cache_control" ? { cache_control: { type: "ephemeral", ...cache } } : {}),
  };
  return overlay(encoded, tool);
}

/** Tool choice → `tool_choice`; the caller's own form (Mistral's `any`, a list of allowed tools) where the choice still stands. */
export function encodeToolChoice(choice: ToolChoice | undefined, said: unknown): unknown {
  if (choice === undefined) return undefined;
  if (said != null) return said;
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } };
}
