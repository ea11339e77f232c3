import * as z from "zod/mini";
import type { Extras } from "../../chat/format.ts";
import type { ToolCallPart } from "../../chat/part.ts";
import { shorten } from "../../chat/shorten.ts";
import type { Tool } from "../../chat/tool.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { strictObject } from "../../json/object-schema.ts";

/**
 * How the caller declared a tool that other vendors are offered as a function of another form or
 * name.
 */
const callerToolSchema = strictObject({
  name: z.string(),
  namespace: z.optional(z.string()),
  /** It takes free text. */
  custom: z.optional(z.literal(true)),
});
export type CallerTool = z.infer<typeof callerToolSchema>;

/** The longest name of a function that all vendors take. */
const MAX_NAME_LENGTH = 64;
/** Its members are called by their own names alone. */
const DEFAULT_NAMESPACE = "functions";

/** The name by which other vendors, which have no namespaces, know a tool. */
export function nameForOthers(name: string, namespace: string | undefined): string {
  const full =
    namespace === undefined || namespace === DEFAULT_NAMESPACE ? name : `${namespace}__${name}`;
  return namespace === undefined ? full : shorten(full, MAX_NAME_LENGTH);
}

export function noteTool(tool: CallerTool): { extras?: Extras } {
  return openaiResponsesExtras.wrap({}, { $tool: tool });
}

/** The item by which the caller is told of a call; undefined if it is a plain function's. */
export type RestoreCall = (call: Pick<ToolCallPart, "name">) => CallerTool | undefined;

export function createRestoreCall(tools: readonly Tool[] = []): RestoreCall {
  const byName = new Map<string, CallerTool>();
  for (const tool of tools) {
    if (tool.type === "opaque") continue;
    const declared = callerToolSchema.safeParse(openaiResponsesExtras.note(tool, "$tool")).data;
    if (declared) byName.set(tool.name, declared);
  }
  return ({ name }) => byName.get(name);
}

/** The fields that say which tool is called. */
export function namesOf({ name, namespace }: CallerTool): JsonObject {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * The free text in a call of a function that stands for a custom tool; what is no such call is
 * given as it is.
 */
export function inputOf(call: ToolCallPart): string {
  const { input } = call.arguments;
  return typeof input === "string"
    ? input
    : (call.arguments_text ?? JSON.stringify(call.arguments));
}
