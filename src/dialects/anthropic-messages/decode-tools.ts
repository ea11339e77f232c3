import type { ChatRequest } from "../../chat/request.ts";
import type { Tool } from "../../chat/tool.ts";
import { decodeCache } from "../../formats/anthropic-messages/cache-control.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import type { WireTool, WireToolChoice } from "../../formats/anthropic-messages/request.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readString } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";

const TOOL_FIELDS: ReadonlySet<string> = new Set(["name", "description", "input_schema", "strict"]);

/** A custom tool → function tool. Anthropic's own tools stay opaque. */
export function decodeTool(tool: WireTool): Tool {
  const { type, name, description, input_schema: parameters, strict } = tool;
  const isCustom = type === undefined || type === null || type === "custom";
  if (!isCustom || typeof name !== "string" || !isJsonObject(parameters)) {
    return { type: "opaque", format: "anthropic", value: tool };
  }
  const rest = omit(tool, TOOL_FIELDS);
  const cache = decodeCache(tool.cache_control);
  if (cache) delete rest.cache_control;
  return {
    name,
    ...defined({ description: readString(description) }),
    parameters,
    ...defined({ strict: typeof strict === "boolean" ? strict : undefined, cache }),
    ...anthropicExtras.wrap(rest),
  };
}

const CHOICE_FIELDS: ReadonlySet<string> = new Set(["type", "name", "disable_parallel_tool_use"]);

/**
 * `tool_choice` → tool choice and parallel calls. If it has fields beyond these, `original` keeps
 * all of it.
 */
export function decodeToolChoice(
  choice: WireToolChoice | undefined,
): Pick<ChatRequest, "tool_choice" | "parallel_tool_calls"> & { original?: JsonObject } {
  if (!choice) return {};
  const parallel = choice.type === "none" ? undefined : choice.disable_parallel_tool_use;
  return {
    tool_choice: decodeChoice(choice),
    ...defined({ parallel_tool_calls: typeof parallel === "boolean" ? !parallel : undefined }),
    ...(Object.keys(omit(choice, CHOICE_FIELDS)).length > 0 ? { original: choice } : {}),
  };
}

function decodeChoice(choice: WireToolChoice): NonNullable<ChatRequest["tool_choice"]> {
  switch (choice.type) {
    case "auto":
      return "auto";
    case "any":
      return "required";
    case "tool":
      return { name: choice.name };
    case "none":
      return "none";
  }
}
