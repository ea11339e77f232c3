import * as z from "zod/mini";
import { fallbacksFieldSchema, modelsFieldSchema } from "../../chat/fallback.ts";
import { toolNameSchema } from "../../chat/tool.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { looseObject } from "../../json/object-schema.ts";
import { inputItemSchema } from "./item.ts";

export const functionToolSchema = looseObject({
  type: z.literal("function"),
  name: toolNameSchema,
  description: z.nullish(z.string()),
  parameters: z.nullish(jsonObjectSchema),
  strict: z.nullish(z.boolean()),
});

/** A tool that takes free text. */
export const customToolSchema = looseObject({
  type: z.literal("custom"),
  name: toolNameSchema,
  description: z.nullish(z.string()),
  format: z.nullish(
    looseObject({
      type: z.string(),
      syntax: z.nullish(z.string()),
      definition: z.nullish(z.string()),
    }),
  ),
});

/** Tools under a common name, such as those of an MCP server. */
export const namespaceToolSchema = looseObject({
  type: z.literal("namespace"),
  name: toolNameSchema,
  tools: z.array(z.unknown()),
});

const CALLERS_TOOLS: readonly string[] = ["function", "custom", "namespace"];

/** Whether the vendor runs a tool of this type, and no other vendor can. */
export function isHosted({ type }: { type: string }): boolean {
  return !CALLERS_TOOLS.includes(type);
}

/** A tool that the vendor runs, or one of a kind that this server does not know. */
export const otherToolSchema = looseObject({
  type: z
    .string()
    .check(z.refine((type) => isHosted({ type }), { abort: true, error: "is not complete" })),
});

export const toolSchema = z.union([
  z.discriminatedUnion("type", [functionToolSchema, customToolSchema, namespaceToolSchema]),
  otherToolSchema,
]);
export type ToolBody = z.infer<typeof toolSchema>;
export type FunctionToolBody = z.infer<typeof functionToolSchema>;
export type CustomTool = z.infer<typeof customToolSchema>;

const toolChoiceSchema = z.union([
  z.enum(["auto", "none", "required"]),
  looseObject({ type: z.enum(["function", "custom"]), name: z.string().check(z.minLength(1)) }),
  otherToolSchema,
]);

const textFormatSchema = z.discriminatedUnion("type", [
  looseObject({ type: z.literal("text") }),
  looseObject({ type: z.literal("json_object") }),
  looseObject({
    type: z.literal("json_schema"),
    name: z.string().check(z.minLength(1), z.maxLength(64)),
    description: z.nullish(z.string()),
    schema: jsonObjectSchema,
    strict: z.nullish(z.boolean()),
  }),
]);

/** The body of POST /v1/responses. Unknown fields only go to a provider of this format. */
export const responsesBodySchema = looseObject({
  model: z.nullish(z.string().check(z.minLength(1), z.maxLength(256))),
  models: z.nullish(modelsFieldSchema),
  fallbacks: z.nullish(fallbacksFieldSchema),
  input: z.nullish(z.union([z.string(), z.array(inputItemSchema)])),
  instructions: z.nullish(z.string()),
  tools: z.nullish(z.array(toolSchema)),
  tool_choice: z.nullish(toolChoiceSchema),
  parallel_tool_calls: z.nullish(z.boolean()),
  temperature: z.nullish(z.number().check(z.gte(0), z.lte(2))),
  top_p: z.nullish(z.number().check(z.gte(0), z.lte(1))),
  max_output_tokens: z.nullish(z.int().check(z.gte(1))),
  reasoning: z.nullish(
    looseObject({
      effort: z.nullish(z.string()),
      summary: z.nullish(z.string()),
      generate_summary: z.nullish(z.string()),
    }),
  ),
  text: z.nullish(looseObject({ format: z.nullish(textFormatSchema) })),
  metadata: z.nullish(
    z.record(z.string().check(z.maxLength(64)), z.string().check(z.maxLength(512))),
  ),
  stream: z.nullish(z.boolean()),
  store: z.nullish(z.boolean()),
  background: z.nullish(z.boolean()),
  include: z.nullish(z.array(z.string())),
});
export type ResponsesBody = z.infer<typeof responsesBodySchema>;
