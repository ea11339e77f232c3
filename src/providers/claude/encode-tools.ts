import type { EncodeCall } from "../../chat/encode-call.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { type FunctionTool, isAllowedTools, type Tool } from "../../chat/tool.ts";
import { cacheControlOf } from "../../formats/anthropic-messages/cache-control.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { limitToolSchema } from "./limit-schemas.ts";

/** Tools and the tool choice, which the API refuses without tools. */
export function encodeTools(
  request: ChatRequest,
  warn: EncodeCall["warn"],
): {
  tools?: JsonObject[];
  tool_choice?: JsonObject;
} {
  const { tools } = request;
  if (!tools) return {};
  if (tools.length === 0) return { tools: [] };
  return defined({
    tools: tools.map((tool, index) => encodeTool(tool, `tools[${index}]`, warn)),
    tool_choice: encodeToolChoice(request),
  });
}

function encodeTool(tool: Tool, param: string, warn: EncodeCall["warn"]): JsonObject {
  return tool.type === "opaque"
    ? tool.value
    : anthropicExtras.overlay(encodeFunctionTool(tool, param, warn), tool);
}

function encodeFunctionTool(
  tool: FunctionTool,
  param: string,
  warn: EncodeCall["warn"],
): JsonObject {
  return defined({
    name: tool.name,
    description: tool.description,
    input_schema: limitToolSchema(tool, `${param}.parameters`, warn),
    strict: tool.strict,
    ...cacheControlOf(tool),
  });
}

function encodeToolChoice({
  tool_choice: choice,
  parallel_tool_calls: parallel,
}: ChatRequest): JsonObject | undefined {
  if (choice === "none") return { type: "none" };
  // `parallel_tool_calls` is a field of the choice; the API allows parallel calls by default.
  if (choice === undefined && parallel !== false) return undefined;
  const limit = parallel === undefined ? {} : { disable_parallel_tool_use: !parallel };
  const mode = isAllowedTools(choice) ? choice.mode : choice;
  if (mode === undefined || mode === "auto") return { type: "auto", ...limit };
  if (mode === "required") return { type: "any", ...limit };
  return { type: "tool", name: mode.name, ...limit };
}
