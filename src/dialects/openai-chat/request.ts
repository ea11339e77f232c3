import * as z from "zod/mini";
import { fallbacksFieldSchema, modelsFieldSchema } from "../../chat/fallback.ts";
import { toolNameSchema } from "../../chat/tool.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { looseObject } from "../../json/object-schema.ts";

/**
 * The body of `POST /v1/chat/completions`. Known fields are checked. Unknown ones are kept, because
 * a server of this format may know them. Null means absent. Sources:
 * https://platform.openai.com/docs/api-reference/chat/create and, for other servers' fields,
 * src/formats/openai-chat/quirks.ts.
 */

const textSchema = looseObject({ type: z.literal("text"), text: z.string() });
const imageSchema = looseObject({
  type: z.literal("image_url"),
  // Mistral takes the URL without an object around it.
  image_url: z.union([z.string(), looseObject({ url: z.string() })]),
});
const fileSchema = looseObject({
  type: z.literal("file"),
  file: looseObject({
    file_data: z.nullish(z.string()),
    file_id: z.nullish(z.string()),
    filename: z.nullish(z.string()),
  }),
});
const refusalSchema = looseObject({ type: z.literal("refusal"), refusal: z.string() });
/** Mistral's reasoning. */
const thinkingSchema = looseObject({
  type: z.literal("thinking"),
  thinking: z.array(looseObject({ type: z.string(), text: z.optional(z.string()) })),
});

const KNOWN_PARTS: ReadonlySet<string> = new Set([
  "text",
  "image_url",
  "file",
  "refusal",
  "thinking",
]);
/** An element of an unknown type, kept whole. */
const otherPartSchema = z.pipe(
  z
    .looseObject({ type: z.string().check(z.minLength(1)) })
    .check(
      z.refine(({ type }) => !KNOWN_PARTS.has(type), { error: "is not a valid part of this type" }),
    ),
  z.transform((value) => ({ type: "other" as const, value })),
);

const contentSchema = z.union([
  z.string(),
  z.array(
    z.union([textSchema, imageSchema, fileSchema, refusalSchema, thinkingSchema, otherPartSchema]),
  ),
]);
export type WireContent = z.infer<typeof contentSchema>;
export type WirePart = Exclude<WireContent, string>[number];

const functionCallSchema = looseObject({
  id: z.string(),
  type: z.optional(z.literal("function")),
  function: looseObject({
    name: z.string().check(z.minLength(1)),
    arguments: z.nullish(z.string()),
  }),
});
/** A call that is not a function call (OpenAI's custom tools), kept whole. */
const otherCallSchema = z.pipe(
  z
    .looseObject({ id: z.string().check(z.minLength(1)), type: z.string() })
    .check(z.refine(({ type }) => type !== "function", { error: "is not a valid function call" })),
  z.transform((value) => ({ type: "other" as const, value })),
);
export type WireCall = z.infer<typeof functionCallSchema> | z.infer<typeof otherCallSchema>;

const assistantSchema = looseObject({
  role: z.literal("assistant"),
  content: z.nullish(contentSchema),
  refusal: z.nullish(z.string()),
  tool_calls: z.nullish(z.array(z.union([functionCallSchema, otherCallSchema]))),
  reasoning_content: z.nullish(z.string()),
  reasoning: z.nullish(z.string()),
  reasoning_details: z.nullish(z.array(jsonObjectSchema)),
});
export type WireAssistant = z.infer<typeof assistantSchema>;

const plainMessageSchema = looseObject({
  role: z.enum(["system", "developer", "user"]),
  content: contentSchema,
});
export type WirePlainMessage = z.infer<typeof plainMessageSchema>;

const toolMessageSchema = looseObject({
  role: z.literal("tool"),
  tool_call_id: z.string(),
  name: z.nullish(z.string()),
  content: contentSchema,
});
export type WireToolMessage = z.infer<typeof toolMessageSchema>;

export const wireMessageSchema = z.discriminatedUnion("role", [
  plainMessageSchema,
  assistantSchema,
  toolMessageSchema,
]);
export type WireMessage = z.infer<typeof wireMessageSchema>;

const functionToolSchema = looseObject({
  type: z.optional(z.literal("function")),
  function: looseObject({
    name: toolNameSchema,
    description: z.nullish(z.string()),
    parameters: z.nullish(jsonObjectSchema),
    strict: z.nullish(z.boolean()),
  }),
});
/** A vendor's own tool (custom tools, web search), kept whole. */
const otherToolSchema = z.pipe(
  z
    .looseObject({ type: z.string().check(z.minLength(1)) })
    .check(z.refine(({ type }) => type !== "function", { error: "is not a valid function tool" })),
  z.transform((value) => ({ type: "other" as const, value })),
);
export type WireTool = z.infer<typeof functionToolSchema> | z.infer<typeof otherToolSchema>;

export const completionBodySchema = looseObject({
  model: z.nullish(z.string().check(z.minLength(1), z.maxLength(256))),
  models: z.nullish(modelsFieldSchema),
  fallbacks: z.nullish(fallbacksFieldSchema),
  messages: z.array(wireMessageSchema).check(z.minLength(1), z.maxLength(100_000)),
  stream: z.nullish(z.boolean()),
  stream_options: z.nullish(looseObject({ include_usage: z.nullish(z.boolean()) })),
  temperature: z.nullish(z.number().check(z.gte(0), z.lte(2))),
  top_p: z.nullish(z.number().check(z.gte(0), z.lte(1))),
  max_tokens: z.nullish(z.int().check(z.gte(1))),
  max_completion_tokens: z.nullish(z.int().check(z.gte(1))),
  stop: z.nullish(
    z.union([
      z.string().check(z.minLength(1)),
      z.array(z.string().check(z.minLength(1))).check(z.maxLength(16)),
    ]),
  ),
  seed: z.nullish(z.int()),
  tools: z.nullish(
    z.array(z.union([functionToolSchema, otherToolSchema])).check(z.maxLength(1024)),
  ),
  // Together takes a function's name without `type`.
  tool_choice: z.nullish(
    z.union([z.string().check(z.minLength(1)), looseObject({ type: z.optional(z.string()) })]),
  ),
  parallel_tool_calls: z.nullish(z.boolean()),
  response_format: z.nullish(looseObject({ type: z.string().check(z.minLength(1)) })),
  metadata: z.nullish(
    z.record(z.string().check(z.maxLength(64)), z.string().check(z.maxLength(512))),
  ),
  n: z.nullish(z.int().check(z.gte(1))),
});
export type CompletionBody = z.infer<typeof completionBodySchema>;

/** The fields of a body that ask for JSON of a schema. */
export const jsonSchemaBodySchema = looseObject({
  response_format: looseObject({
    json_schema: looseObject({
      name: z.nullish(z.string().check(z.minLength(1), z.maxLength(64))),
      description: z.nullish(z.string()),
      schema: z.nullish(jsonObjectSchema),
      strict: z.nullish(z.boolean()),
    }),
  }),
});
