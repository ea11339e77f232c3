import type { Tool } from "../../chat/tool.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { readObjects } from "../../json/narrow.ts";
import { notePlace, type Renames } from "../caller-paths.ts";
import { splitFields } from "./classify-fields.ts";
import { decodeCacheControl } from "./decode-content.ts";
import type { DecodedFields } from "./decoded-fields.ts";
import type { CompletionBody, WireTool } from "./request.ts";

/**
 * `tools`. A tool that is not a function (a custom tool, a vendor's search) needs a server that
 * knows it.
 */
export function decodeTools(tools: CompletionBody["tools"]): DecodedFields {
  if (!tools) return {};
  if (tools.length === 0) return { original: { tools } };
  const other = tools.findIndex(({ type }) => type === "other");
  return {
    request: {
      tools: tools.map((tool, at) => notePlace(decodeTool(tool), `tools[${at}]`, RENAMES)),
    },
    requirement: other === -1 ? undefined : `tools[${other}]`,
  };
}

const RENAMES: Renames = {
  parameters: "function.parameters",
  strict: "function.strict",
  cache: "cache_control",
};

function decodeTool(tool: WireTool): Tool {
  if (tool.type === "other") return { type: "opaque", format: FORMAT, value: tool.value };
  const { type, function: definition, ...rest } = tool;
  const { name, description, parameters, strict, ...restOfFunction } = definition;
  const { original, fields } = splitFields(rest);
  const cache = decodeCacheControl(rest.cache_control);
  if (cache) {
    original.cache_control = rest.cache_control;
    delete fields.cache_control;
  }
  // Replaces `function` as a whole, because extras overlay only the top level.
  const inner = splitFields(restOfFunction);
  if (Object.keys(inner.fields).length > 0) fields.function = definition;
  else if (
    Object.keys(inner.original).length > 0 ||
    description === null ||
    parameters === null ||
    strict === null
  ) {
    original.function = definition;
  }
  return {
    name,
    ...defined({
      description: description ?? undefined,
      parameters: parameters ?? undefined,
      strict: strict ?? undefined,
      cache,
    }),
    ...openaiChatExtras.wrap(fields, {
      $original: original,
      ...(type === undefined ? { $type: "absent" } : {}),
    }),
  };
}

/**
 * `tool_choice`. Also takes Mistral's `any`, and OpenAI's list of allowed tools, which other
 * vendors lack.
 */
export function decodeToolChoice(choice: CompletionBody["tool_choice"]): DecodedFields {
  if (choice == null) return {};
  const original = { tool_choice: choice };
  if (choice === "auto" || choice === "none" || choice === "required")
    return { request: { tool_choice: choice } };
  if (choice === "any") return { request: { tool_choice: "required" }, original };
  if (typeof choice === "string") {
    throw new ChatError("invalid_request", {
      param: "tool_choice",
      message: "tool_choice: must be none, auto, required or a tool.",
    });
  }
  const name = nameIn(choice.function) ?? nameIn(choice.custom);
  if (name !== undefined) return { request: { tool_choice: { name } }, original };
  const allowed = namesIn(choice.allowed_tools);
  const mode =
    isJsonObject(choice.allowed_tools) && choice.allowed_tools.mode === "required"
      ? "required"
      : "auto";
  if (allowed.length > 0) return { request: { tool_choice: { mode, tools: allowed } }, original };
  return { request: { tool_choice: mode }, original, requirement: "tool_choice" };
}

/** The names in a list of allowed tools. */
function namesIn(value: unknown): string[] {
  const tools = isJsonObject(value) ? readObjects(value.tools) : [];
  return tools.flatMap(
    (tool) => nameIn(tool.function) ?? nameIn(tool.custom) ?? nameIn(tool) ?? [],
  );
}

function nameIn(value: unknown): string | undefined {
  const name = isJsonObject(value) ? value.name : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}
