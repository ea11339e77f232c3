import { originalPath } from "../chat/origin.ts";
import type { ChatRequest } from "../chat/request.ts";
import { isAllowedTools, type Tool, type ToolChoice } from "../chat/tool.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Fit } from "./fit.ts";
import { mapOrSame } from "./map-or-same.ts";

/**
 * The request with only those tools that the caller allows, for a vendor that has no field for the
 * difference between declared and allowed tools. OpenAI has one, so that a prompt cache survives.
 */
export function chooseAllowed(request: ChatRequest, fit: Fit): ChatRequest {
  const { tool_choice: choice, tools } = request;
  if (!isAllowedTools(choice) || !tools || isOwnChoice(request, fit)) return request;
  const allowed = tools.filter(
    (tool) => tool.type === "opaque" || choice.tools.includes(tool.name),
  );
  return { ...request, tools: allowed, tool_choice: choice.mode };
}

/** A server of Chat Completions may know the caller's own form. */
function isOwnChoice({ extras }: ChatRequest, { format }: Fit): boolean {
  return (
    format === "openai_responses" || (format === "openai_chat" && extras?.openai_chat !== undefined)
  );
}

/**
 * The tools that the target supports; the same list if nothing changes, undefined if none is left.
 */
export function fitTools(tools: Tool[], fit: Fit): Tool[] | undefined {
  if (!fit.takes("tools")) {
    fit.drop("tools");
    return undefined;
  }
  // Tools that may not be called are gone already.
  const pathOf = (index: number) => originalPath(`tools[${index}]`, { messages: [], tools });
  const last = new Map(tools.map((tool, at) => [tool.type === "opaque" ? tool : tool.name, at]));
  const fitted = mapOrSame(tools, (tool, index) => {
    if (tool.type !== "opaque" && last.get(tool.name) !== index) {
      fit.warn("adjusted_parameter", pathOf(index), ANOTHER);
      return null;
    }
    return fitTool(tool, () => pathOf(index), fit);
  });
  return fitted.length === 0 && tools.length > 0 ? undefined : fitted;
}

/** Vendors refuse two of one name: "Tool names must be unique", "Duplicate function declaration". */
const ANOTHER = "A later tool has the same name; that one was sent.";

function fitTool(tool: Tool, path: () => string, fit: Fit): Tool | null {
  if (tool.type === "opaque") {
    if (tool.format === fit.format) return tool;
    fit.warn(
      "foreign_content_dropped",
      path(),
      `A tool in the ${tool.format} format cannot be sent to this provider.`,
    );
    return null;
  }
  if (tool.extras) fit.noteForeignExtras(tool.extras, path);
  if (!tool.cache || fit.takes("cache")) return tool;
  fit.drop(`${path()}.cache`);
  const uncached = { ...tool };
  delete uncached.cache;
  return uncached;
}

/**
 * The tool choice that the target supports, given the tools that are left; undefined if the model
 * decides for itself.
 */
export function fitToolChoice(
  request: ChatRequest,
  tools: Tool[] | undefined,
  fit: Fit,
): ToolChoice | undefined {
  const choice = request.tool_choice;
  if (choice === undefined) return undefined;
  const forced = isAllowedTools(choice)
    ? choice.mode === "required"
    : choice === "required" || typeof choice === "object";
  const isKept = tools === request.tools && !hasNone(request, fit);
  if (!isKept && !hasChosen(choice, tools)) {
    // If no tool is left, `auto` and `none` change nothing.
    if (forced) fit.drop("tool_choice", "does not support the tool that must be called");
    return undefined;
  }
  if (!fit.takes("tool_choice")) {
    fit.drop("tool_choice");
    return undefined;
  }
  if (forced && !fit.takes("tool_choice.required")) {
    fit.drop("tool_choice", "cannot be forced to call a tool; it decides for itself");
    return undefined;
  }
  return choice;
}

/** Refuses the choice of a tool that is not declared, as every vendor does. */
export function checkChoice({ tool_choice: choice, tools, requires_format }: ChatRequest): void {
  // A conversation that the vendor keeps may declare more tools.
  if (typeof choice !== "object" || requires_format) return;
  const names = isAllowedTools(choice) ? choice.tools : [choice.name];
  const missing = names.find((name) => !hasChosen({ name }, tools));
  if (missing === undefined) return;
  const message = `tool_choice: no tool "${missing}" is declared in tools.`;
  throw new ChatError("invalid_request", { param: "tool_choice", message });
}

/** Whether no tools are declared and the vendor refuses tool settings without them. */
export function hasNone({ tools, requires_format }: ChatRequest, { format }: Fit): boolean {
  return !tools?.length && !requires_format && format !== "openai_chat";
}

function hasChosen(choice: ToolChoice, tools: Tool[] | undefined): boolean {
  if (!tools?.length) return false;
  return (
    typeof choice === "string" ||
    isAllowedTools(choice) ||
    tools.some((tool) => tool.type === "opaque" || tool.name === choice.name)
  );
}
