import { isAllowedTools, type Tool, type ToolChoice } from "../../chat/tool.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { openaiResponsesExtras } from "./extras.ts";

/**
 * Tools in the format's flat form. `strict: false` is sent explicitly: if it is left out, OpenAI
 * makes the schema strict (every field required), which is not what the caller declared.
 */
export function encodeTools(tools: readonly Tool[]): JsonObject[] {
  return tools.map((tool) => {
    if (tool.type === "opaque") return tool.value;
    const {
      name,
      description,
      parameters = { type: "object", properties: {} },
      strict = false,
    } = tool;
    return openaiResponsesExtras.overlay(
      {
        type: "function",
        name,
        ...defined({ description }),
        parameters,
        strict,
      },
      tool,
    );
  });
}

export function encodeToolChoice(choice: ToolChoice): string | JsonObject {
  if (typeof choice === "string") return choice;
  if (!isAllowedTools(choice)) return { type: "function", name: choice.name };
  const tools = choice.tools.map((name) => ({ type: "function", name }));
  return { type: "allowed_tools", mode: choice.mode, tools };
}
