import { isJsonObject } from "../json/json-object.ts";
import type { Extras, Format } from "./format.ts";
import type { Message } from "./message.ts";
import type { Part } from "./part.ts";
import type { ChatRequest } from "./request.ts";
import { withHash } from "./shorten.ts";
import { isAllowedTools, type Tool, type ToolChoice } from "./tool.ts";

/** Which names of tools a vendor takes. */
export interface ToolNameRule {
  /** Every character that it refuses. */
  readonly refused: RegExp;
  /** How a name begins. */
  readonly first: RegExp;
  readonly maxLength: number;
}

/** "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'", "with maximum length 64" */
export const OPENAI_TOOL_NAMES: ToolNameRule = { refused: /[^\w-]/g, first: /^/, maxLength: 64 };

/** Names → other ones. */
export type Renames = ReadonlyMap<string, string>;

/**
 * The names of a request's tools that a vendor refuses, as MCP servers have them (`files.read`, or
 * in another script) → what it is sent instead. Undefined if it takes all. The same tools always
 * get the same names, so that prompt caches and signatures hold.
 */
export function aliasTools(request: ChatRequest, rule: ToolNameRule): Renames | undefined {
  const names = namesIn(request);
  let aliases: Map<string, string> | undefined;
  for (const name of names) {
    if (isAccepted(name, rule)) continue;
    let alias = name.replace(rule.refused, "_");
    if (!rule.first.test(alias)) alias = `_${alias}`;
    if (!/[A-Za-z0-9]/.test(alias)) alias = withHash("tool", name, rule.maxLength);
    else if (alias.length > rule.maxLength || names.has(alias))
      alias = withHash(alias, name, rule.maxLength);
    names.add(alias);
    aliases ??= new Map();
    aliases.set(name, alias);
  }
  return aliases;
}

function isAccepted(name: string, { refused, first, maxLength }: ToolNameRule): boolean {
  return name.length <= maxLength && name.search(refused) === -1 && first.test(name);
}

function namesIn({ tools = [], messages }: ChatRequest): Set<string> {
  const names = new Set<string>();
  for (const tool of tools) if (tool.type !== "opaque") names.add(tool.name);
  for (const { content } of messages) {
    if (typeof content === "string") continue;
    for (const part of content) {
      if (part.type === "tool_call") names.add(part.name);
      else if (part.type === "tool_result" && part.name) names.add(part.name);
    }
  }
  return names;
}

/** The request with other names wherever a vendor of this format is told a tool's. */
export function renameTools(
  request: ChatRequest,
  renames: Renames,
  format: Format | null,
): ChatRequest {
  const named = (name: string) => renames.get(name) ?? name;

  function renameExtras<T extends { extras?: Extras | undefined }>(holder: T): T {
    const own = format === null ? undefined : holder.extras?.[format];
    if (format === null || !own) return holder;
    return { ...holder, extras: { ...holder.extras, [format]: renameFields(own, renames) } };
  }

  function renamePart(part: Part): Part {
    switch (part.type) {
      case "tool_call":
        return renameExtras({ ...part, name: named(part.name) });
      case "tool_result": {
        const { name, content } = part;
        const result =
          typeof content === "string" ? part : { ...part, content: content.map(renameOpaque) };
        return name === undefined ? result : { ...result, name: named(name) };
      }
      default:
        return renameOpaque(part);
    }
  }

  /** A vendor's own part may refer to tools (Anthropic's `tool_reference`). */
  function renameOpaque<T extends Part>(part: T): T {
    return part.type === "opaque" && part.format === format
      ? { ...part, value: renameFields(part.value, renames) }
      : part;
  }

  function renameMessage(message: Message): Message {
    const { content } = message;
    return typeof content === "string" ? message : { ...message, content: content.map(renamePart) };
  }

  function renameTool(tool: Tool): Tool {
    return tool.type === "opaque" ? tool : renameExtras({ ...tool, name: named(tool.name) });
  }

  function renameChoice(choice: ToolChoice): ToolChoice {
    if (isAllowedTools(choice)) return { ...choice, tools: choice.tools.map(named) };
    return typeof choice === "string" ? choice : { name: named(choice.name) };
  }

  const { tools, tool_choice: choice, messages } = request;
  return renameExtras({
    ...request,
    messages: messages.map(renameMessage),
    ...(tools ? { tools: tools.map(renameTool) } : {}),
    ...(choice === undefined ? {} : { tool_choice: renameChoice(choice) }),
  });
}

/** The fields of vendors that name a tool. */
const NAME_FIELDS: ReadonlySet<string> = new Set(["name", "tool_name"]);
/** What is in them is the model's own. */
const ARGUMENTS: ReadonlySet<string> = new Set(["input", "arguments", "args"]);

/** A vendor's JSON with other names of tools, wherever they stand in it. */
export function renameFields<T>(value: T, renames: Renames): T;
export function renameFields(value: unknown, renames: Renames): unknown {
  if (Array.isArray(value)) return value.map((item) => renameFields(item, renames));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, held]) => {
      if (NAME_FIELDS.has(field) && typeof held === "string")
        return [field, renames.get(held) ?? held];
      return [field, ARGUMENTS.has(field) ? held : renameFields(held, renames)];
    }),
  );
}

/** The same in the text of a vendor's JSON; within strings, quotes have another form. */
export function renameInText(json: string, renames: Renames): string {
  return json.replace(
    /("(?:tool_)?name"\s*:\s*)"([^"\\]*)"/g,
    (found, field: string, name: string) => {
      const other = renames.get(name);
      return other === undefined ? found : field + JSON.stringify(other);
    },
  );
}
