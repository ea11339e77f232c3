import * as z from "zod";
import { fallbacksFieldSchema, modelsFieldSchema } from "../../chat/fallback.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { inputItemSchema } from "./item.ts";

export const functionToolSchema = z.looseObject({
  type: z.literal("function"),
  name: z.string().min(1).max(128),
  description: z.string().nullish(),
  parameters: jsonObjectSchema.nullish(),
  strict: z.boolean().nullish(),
});

/** A tool that takes free text. */
export const customToolSchema = z.looseObject({
  type: z.literal("custom"),
  name: z.string().min(1).max(128),
  description: z.string().nullish(),
  format: z
    .looseObject({
      type: z.string(),
      syntax: z.string().nullish(),
      definition: z.string().nullish(),
    })
    .nullish(),
});

/** Tools under a common name, such as those of an MCP server. */
export const namespaceToolSchema = z.looseObject({
  type: z.literal("namespace"),
  name: z.string().min(1).max(128),
  tools: z.array(z.unknown()),
});

const CALLERS_TOOLS: readonly string[] = ["function", "custom", "namespace"];

/** Whether the vendor runs a tool of this type, and no other vendor can. */
export function isHosted({ type }: { type: string }): boolean {
  return !CALLERS_TOOLS.includes(type);
}

/** A tool that the vendor runs, or one of a kind that this server does not know. */
export const otherToolSchema = z.looseObject({
  type: z.string().refine((type) => isHosted({ type }), { abort: true, error: "is not complete" }),
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
  z.looseObject({ type: z.enum(["function", "custom"]), name: z.string().min(1) }),
  otherToolSchema,
]);

const textFormatSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({ type: z.literal("json_object") }),
  z.looseObject({
    type: z.literal("json_schema"),
    name: z.string().min(1).max(64),
    description: z.string().nullish(),
    schema: jsonObjectSchema,
    strict: z.boolean().nullish(),
  }),
]);

/** The body of POST /v1/responses. Unknown fields only go to a provider of this format. */
export const responsesBodySchema = z.looseObject({
  model: z.string().min(1).max(256).nullish(),
  models: modelsFieldSchema.nullish(),
  fallbacks: fallbacksFieldSchema.nullish(),
  input: z.union([z.string(), z.array(inputItemSchema)]).nullish(),
  instructions: z.string().nullish(),
  tools: z.array(toolSchema).nullish(),
  tool_choice: toolChoiceSchema.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  reasoning: z
    .looseObject({
      effort: z.string().nullish(),
      summary: z.string().nullish(),
      generate_summary: z.string().nullish(),
    })
    .nullish(),
  text: z.looseObject({ format: textFormatSchema.nullish() }).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  include: z.array(z.string()).nullish(),
});
export type ResponsesBody = z.infer<typeof responsesBodySchema>;
