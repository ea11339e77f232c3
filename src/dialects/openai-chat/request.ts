import * as z from "zod";
import { fallbacksFieldSchema, modelsFieldSchema } from "../../chat/fallback.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";

/**
 * The body of `POST /v1/chat/completions`. Known fields are checked. Unknown ones are kept, because
 * a server of this format may know them. Null means absent. Sources:
 * https://platform.openai.com/docs/api-reference/chat/create and, for other servers' fields,
 * src/formats/openai-chat/quirks.ts.
 */

const textSchema = z.looseObject({ type: z.literal("text"), text: z.string() });
const imageSchema = z.looseObject({
  type: z.literal("image_url"),
  // Mistral takes the URL without an object around it.
  image_url: z.union([z.string(), z.looseObject({ url: z.string() })]),
});
const fileSchema = z.looseObject({
  type: z.literal("file"),
  file: z.looseObject({
    file_data: z.string().nullish(),
    file_id: z.string().nullish(),
    filename: z.string().nullish(),
  }),
});
const refusalSchema = z.looseObject({ type: z.literal("refusal"), refusal: z.string() });
/** Mistral's reasoning. */
const thinkingSchema = z.looseObject({
  type: z.literal("thinking"),
  thinking: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
});

const KNOWN_PARTS: ReadonlySet<string> = new Set([
  "text",
  "image_url",
  "file",
  "refusal",
  "thinking",
]);
/** An element of an unknown type, kept whole. */
const otherPartSchema = z
  .looseObject({ type: z.string().min(1) })
  .refine(({ type }) => !KNOWN_PARTS.has(type), { error: "is not a valid part of this type" })
  .transform((value) => ({ type: "other" as const, value }));

const contentSchema = z.union([
  z.string(),
  z.array(
    z.union([textSchema, imageSchema, fileSchema, refusalSchema, thinkingSchema, otherPartSchema]),
  ),
]);
export type WireContent = z.infer<typeof contentSchema>;
export type WirePart = Exclude<WireContent, string>[number];

const functionCallSchema = z.looseObject({
  id: z.string(),
  type: z.literal("function").optional(),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string().nullish() }),
});
/** A call that is not a function call (OpenAI's custom tools), kept whole. */
const otherCallSchema = z
  .looseObject({ id: z.string().min(1), type: z.string() })
  .refine(({ type }) => type !== "function", { error: "is not a valid function call" })
  .transform((value) => ({ type: "other" as const, value }));
export type WireCall = z.infer<typeof functionCallSchema> | z.infer<typeof otherCallSchema>;

const assistantSchema = z.looseObject({
  role: z.literal("assistant"),
  content: contentSchema.nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(z.union([functionCallSchema, otherCallSchema])).nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_details: z.array(jsonObjectSchema).nullish(),
});
export type WireAssistant = z.infer<typeof assistantSchema>;

const plainMessageSchema = z.looseObject({
  role: z.enum(["system", "developer", "user"]),
  content: contentSchema,
});
export type WirePlainMessage = z.infer<typeof plainMessageSchema>;

const toolMessageSchema = z.looseObject({
  role: z.literal("tool"),
  tool_call_id: z.string(),
  name: z.string().nullish(),
  content: contentSchema,
});
export type WireToolMessage = z.infer<typeof toolMessageSchema>;

export const wireMessageSchema = z.discriminatedUnion("role", [
  plainMessageSchema,
  assistantSchema,
  toolMessageSchema,
]);
export type WireMessage = z.infer<typeof wireMessageSchema>;

const functionToolSchema = z.looseObject({
  type: z.literal("function").optional(),
  function: z.looseObject({
    name: z.string().min(1).max(128),
    description: z.string().nullish(),
    parameters: jsonObjectSchema.nullish(),
    strict: z.boolean().nullish(),
  }),
});
/** A vendor's own tool (custom tools, web search), kept whole. */
const otherToolSchema = z
  .looseObject({ type: z.string().min(1) })
  .refine(({ type }) => type !== "function", { error: "is not a valid function tool" })
  .transform((value) => ({ type: "other" as const, value }));
export type WireTool = z.infer<typeof functionToolSchema> | z.infer<typeof otherToolSchema>;

export const completionBodySchema = z.looseObject({
  model: z.string().min(1).max(256).nullish(),
  models: modelsFieldSchema.nullish(),
  fallbacks: fallbacksFieldSchema.nullish(),
  messages: z.array(wireMessageSchema).min(1).max(1000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).nullish(),
  seed: z.int().nullish(),
  tools: z
    .array(z.union([functionToolSchema, otherToolSchema]))
    .max(128)
    .nullish(),
  // Together takes a function's name without `type`.
  tool_choice: z
    .union([z.string().min(1), z.looseObject({ type: z.string().optional() })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: z.looseObject({ type: z.string().min(1) }).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  n: z.int().min(1).nullish(),
});
export type CompletionBody = z.infer<typeof completionBodySchema>;

/** The fields of a body that ask for JSON of a schema. */
export const jsonSchemaBodySchema = z.looseObject({
  response_format: z.looseObject({
    json_schema: z.looseObject({
      name: z.string().min(1).max(64).nullish(),
      description: z.string().nullish(),
      schema: jsonObjectSchema.nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
});
