import type { ChatRequest } from "../../chat/request.ts";
import type { FunctionTool, Tool } from "../../chat/tool.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { readObjects } from "../../json/narrow.ts";
import { notePlace, type Renames } from "../caller-paths.ts";
import { nameForOthers, noteTool } from "./caller-tool.ts";
import type { InputItem } from "./item.ts";
import {
  type CustomTool,
  type FunctionToolBody,
  type ResponsesBody,
  type ToolBody,
  toolSchema,
} from "./request.ts";

/**
 * The tools of a request and of its `additional_tools` items → tools. What only this API has,
 * namespaces and tools that take free text, becomes functions, so that other vendors can call it; a
 * provider of this format is sent the original, which `notes` has.
 */
export function decodeTools({ tools, input }: ResponsesBody): {
  tools?: Tool[];
  notes: { $original?: JsonObject; $unset?: string[] };
} {
  const said = tools ?? [];
  const added = Array.isArray(input)
    ? input.flatMap((item, at) => decodeItemsTools(item, `input[${at}]`))
    : [];
  if (said.length === 0 && added.length === 0)
    return { ...(tools ? { tools: [] } : {}), notes: {} };
  /** A tool that is declared again replaces the earlier one; those of the vendor's have no name. */
  const byName = new Map<unknown, Tool>();
  const declared = said.flatMap((body, at) => decodeTool(body, `tools[${at}]`));
  for (const tool of [...declared, ...added])
    byName.set(tool.type === "opaque" ? tool : tool.name, tool);
  const isOriginal = added.length === 0 && said.every(({ type }) => !isRewritten(type));
  return {
    tools: [...byName.values()],
    notes: isOriginal ? {} : tools ? { $original: { tools: said } } : { $unset: ["tools"] },
  };
}

function isRewritten(type: string): boolean {
  return type === "namespace" || type === "custom";
}

/** Codex declares its tools in an item of the input. */
function decodeItemsTools(item: InputItem, path: string): Tool[] {
  return item.type === "additional_tools" && "tools" in item && Array.isArray(item.tools)
    ? decodeList(item.tools, path)
    : [];
}

function decodeList(tools: readonly unknown[], path: string, namespace?: string): Tool[] {
  return tools.flatMap((tool, at) => {
    const body = toolSchema.safeParse(tool).data;
    return body ? decodeTool(body, `${path}.tools[${at}]`, namespace) : [];
  });
}

function decodeTool(tool: ToolBody, path: string, namespace?: string): Tool[] {
  if (isNamespace(tool)) return decodeList(tool.tools, path, tool.name);
  if (isFunction(tool)) return [notePlace(decodeFunction(tool, namespace), path)];
  if (isCustom(tool)) return [notePlace(decodeCustom(tool, namespace), path, CUSTOM_RENAMES)];
  return [notePlace({ type: "opaque", format: "openai_responses", value: tool }, path)];
}

/** A tool that takes free text has no schema. */
const CUSTOM_RENAMES: Renames = { parameters: "" };

function isNamespace(tool: ToolBody): tool is Extract<ToolBody, { tools: unknown[] }> {
  return tool.type === "namespace";
}

function isFunction(tool: ToolBody): tool is FunctionToolBody {
  return tool.type === "function";
}

function isCustom(tool: ToolBody): tool is CustomTool {
  return tool.type === "custom";
}

function decodeFunction(tool: FunctionToolBody, namespace: string | undefined): FunctionTool {
  const { type: _type, name, description, parameters, strict, ...rest } = tool;
  // An encoder gives these two a value where they have none; here the vendor's own default counts.
  const unset = [
    ...(typeof strict === "boolean" ? [] : ["strict"]),
    ...(parameters ? [] : ["parameters"]),
  ];
  return {
    name: nameForOthers(name, namespace),
    ...(typeof description === "string" ? { description } : {}),
    ...(parameters ? { parameters } : {}),
    ...(typeof strict === "boolean" ? { strict } : {}),
    // Within a namespace the original has these; see `decodeTools`.
    ...(namespace === undefined
      ? openaiResponsesExtras.wrap(rest, unset.length > 0 ? { $unset: unset } : {})
      : noteTool({ name, namespace })),
  };
}

/** A function with one text, and what the text must be like in words. */
function decodeCustom(
  { name, description, format }: CustomTool,
  namespace: string | undefined,
): FunctionTool {
  const grammar =
    format?.type === "grammar" && format.definition
      ? `\n\nThe input must match this ${format.syntax ?? ""} grammar:\n${format.definition}`
      : "";
  return {
    name: nameForOthers(name, namespace),
    description: `${description ?? ""}${grammar}`.trim(),
    parameters: {
      type: "object",
      properties: { input: { type: "string", description: "The whole input, as plain text." } },
      required: ["input"],
      additionalProperties: false,
    },
    ...noteTool({ name, ...(namespace === undefined ? {} : { namespace }), custom: true }),
  };
}

export function decodeToolChoice(
  choice: ResponsesBody["tool_choice"],
  extras: JsonObject,
): Pick<ChatRequest, "tool_choice"> & { original?: JsonObject } {
  if (choice === null || choice === undefined) return {};
  if (typeof choice === "string") return { tool_choice: choice };
  const { type, name, namespace } = choice;
  if ((type === "function" || type === "custom") && typeof name === "string") {
    const within = typeof namespace === "string" ? namespace : undefined;
    return {
      tool_choice: { name: nameForOthers(name, within) },
      ...(type === "custom" || within !== undefined ? { original: { tool_choice: choice } } : {}),
    };
  }
  const allowed = type === "allowed_tools" ? namesOfAllowed(choice) : [];
  if (allowed.length > 0) {
    const mode = choice.mode === "required" ? "required" : "auto";
    return { tool_choice: { mode, tools: allowed }, original: { tool_choice: choice } };
  }
  extras.tool_choice = choice;
  return {};
}

/** The tools of the caller's in a list of allowed ones, by the names that other vendors know. */
export function namesOfAllowed({ tools }: JsonObject): string[] {
  return readObjects(tools).flatMap(({ name, namespace }) =>
    typeof name === "string" && name !== ""
      ? [nameForOthers(name, typeof namespace === "string" ? namespace : undefined)]
      : [],
  );
}
