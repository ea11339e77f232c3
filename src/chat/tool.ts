import * as z from "zod/mini";
import { jsonObjectSchema } from "../json/json-object.ts";
import { strictObject } from "../json/object-schema.ts";
import { extrasSchema, formatSchema } from "./format.ts";
import { cacheSchema } from "./part.ts";

/** Longer than vendors take, and in any script: see `aliasTools`. */
export const toolNameSchema = z.string().check(z.minLength(1), z.maxLength(256));

/** A function that the caller runs. `parameters` is a JSON Schema of type object. */
export const functionToolSchema = strictObject({
  type: z.optional(z.literal("function")),
  name: toolNameSchema,
  description: z
    .optional(z.string())
    .register(z.globalRegistry, { description: "When and how to call it, for the model." }),
  parameters: z.optional(jsonObjectSchema).register(z.globalRegistry, {
    description: "A JSON Schema of type `object`. Default: no arguments.",
  }),
  strict: z
    .optional(z.boolean())
    .register(z.globalRegistry, { description: "Whether the vendor must enforce the schema." }),
  cache: z.optional(cacheSchema),
  extras: z.optional(extrasSchema),
});
export type FunctionTool = z.infer<typeof functionToolSchema>;

/** A tool in a vendor's own format (web search, code execution, …). */
export const opaqueToolSchema = strictObject({
  type: z.literal("opaque"),
  format: formatSchema,
  value: jsonObjectSchema,
});

export const toolSchema = z.discriminatedUnion("type", [opaqueToolSchema, functionToolSchema]);
export type Tool = z.infer<typeof toolSchema>;

/**
 * Whether the model may, must not or must call a tool, which one it must call, or which ones it may
 * call at all of those that are declared.
 */
export const toolChoiceSchema = z.union([
  z.enum(["auto", "none", "required"]),
  strictObject({ name: z.string().check(z.minLength(1)) }),
  strictObject({
    mode: z.enum(["auto", "required"]),
    tools: z.array(z.string().check(z.minLength(1))).check(z.minLength(1), z.maxLength(1024)),
  }),
]);
export type ToolChoice = z.infer<typeof toolChoiceSchema>;

/** Whether the choice is among some of the declared tools. */
export function isAllowedTools(
  choice: ToolChoice | undefined,
): choice is Extract<ToolChoice, { mode: string }> {
  return typeof choice === "object" && "mode" in choice;
}
