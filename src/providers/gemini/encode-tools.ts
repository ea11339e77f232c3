import type { ChatRequest } from "../../chat/request.ts";
import { type FunctionTool, isAllowedTools, type Tool, type ToolChoice } from "../../chat/tool.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { googleExtras } from "./extras.ts";
import { encodeSchema } from "./limit-schema.ts";
import type { FunctionCallingConfig, FunctionDeclaration, GenerateRequest } from "./request.ts";

/** All functions are in one list, at the place of the first one, beside Google's own tools. */
export function encodeTools({
  tools,
  tool_choice: choice,
}: ChatRequest): Pick<GenerateRequest, "tools" | "toolConfig"> {
  const functionCallingConfig = encodeToolChoice(choice, tools ?? []);
  return defined({
    tools: tools?.length ? groupTools(tools) : undefined,
    toolConfig: functionCallingConfig && { functionCallingConfig },
  });
}

function groupTools(tools: readonly Tool[]): JsonObject[] {
  const groups: JsonObject[] = [];
  const declarations: FunctionDeclaration[] = [];
  for (const tool of tools) {
    if (tool.type === "opaque") groups.push(tool.value);
    else {
      if (declarations.length === 0) groups.push({ functionDeclarations: declarations });
      declarations.push(encodeFunction(tool));
    }
  }
  return groups;
}

function encodeFunction(tool: FunctionTool): FunctionDeclaration {
  const { name, description, parameters } = tool;
  // `parameters` would be read as OpenAPI's older schema dialect, without $ref, $defs and more.
  const parametersJsonSchema = parameters && encodeSchema(parameters);
  const declaration = defined({ name, description, parametersJsonSchema });
  return googleExtras.overlay(declaration, tool);
}

function encodeToolChoice(
  choice: ToolChoice | undefined,
  tools: readonly Tool[],
): FunctionCallingConfig | undefined {
  if (isAllowedTools(choice)) return encodeToolChoice(choice.mode, tools);
  switch (choice) {
    case undefined:
    case "auto":
      if (isEachFunctionStrict(tools)) return { mode: "VALIDATED" };
      return choice && { mode: "AUTO" };
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    default:
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
  }
}

function isEachFunctionStrict(tools: readonly Tool[]): boolean {
  const functions = tools.filter((tool) => tool.type !== "opaque");
  return functions.length > 0 && functions.every((tool) => tool.strict === true);
}
