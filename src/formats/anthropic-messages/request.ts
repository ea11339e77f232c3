import * as z from "zod/mini";
import { fallbacksFieldSchema } from "../../chat/fallback.ts";
import { toolNameSchema } from "../../chat/tool.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { looseObject } from "../../json/object-schema.ts";

/** The blocks that the chat model has; every other type stays opaque. */
export const KNOWN_BLOCKS: ReadonlySet<string> = new Set([
  "text",
  "image",
  "document",
  "tool_use",
  "tool_result",
  "thinking",
  "redacted_thinking",
]);

/**
 * Keeps a known type with wrong fields from passing as an unknown one: zod picks the only branch of
 * a union that merely a check refused.
 */
const ABORT = { abort: true };

const cacheControlSchema = z.nullish(
  looseObject({ type: z.string(), ttl: z.optional(z.string()) }),
);

const textBlockSchema = looseObject({
  type: z.literal("text"),
  text: z.string(),
  cache_control: cacheControlSchema,
});

const KNOWN_SOURCES: ReadonlySet<string> = new Set(["base64", "url", "text"]);
const sourceSchema = z.union([
  z.discriminatedUnion("type", [
    looseObject({ type: z.literal("base64"), media_type: z.string(), data: z.string() }),
    looseObject({ type: z.literal("url"), url: z.string() }),
    looseObject({
      type: z.literal("text"),
      media_type: z.optional(z.string()),
      data: z.string(),
    }),
  ]),
  looseObject({ type: z.string().check(z.refine((type) => !KNOWN_SOURCES.has(type), ABORT)) }),
]);

const imageBlockSchema = looseObject({
  type: z.literal("image"),
  source: sourceSchema,
  cache_control: cacheControlSchema,
});

const documentBlockSchema = looseObject({
  type: z.literal("document"),
  source: sourceSchema,
  title: z.nullish(z.string()),
  cache_control: cacheControlSchema,
});

const toolUseBlockSchema = looseObject({
  type: z.literal("tool_use"),
  id: z.string().check(z.minLength(1)),
  name: z.string().check(z.minLength(1)),
  input: jsonObjectSchema,
  cache_control: cacheControlSchema,
});

const thinkingBlockSchema = looseObject({
  type: z.literal("thinking"),
  thinking: z.string(),
  signature: z.optional(z.string()),
});

const redactedThinkingBlockSchema = looseObject({
  type: z.literal("redacted_thinking"),
  data: z.string(),
});

const otherBlockSchema = looseObject({
  type: z.string().check(z.refine((type) => !KNOWN_BLOCKS.has(type), ABORT)),
});

const toolResultBlockSchema = looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string().check(z.minLength(1)),
  content: z.optional(
    z.union([
      z.string(),
      z.array(
        z.union([
          z.discriminatedUnion("type", [textBlockSchema, imageBlockSchema, documentBlockSchema]),
          otherBlockSchema,
        ]),
      ),
    ]),
  ),
  is_error: z.optional(z.boolean()),
  cache_control: cacheControlSchema,
});

/**
 * One content block of a message. An unknown type passes; a known one must have the right fields.
 */
export const blockSchema = z.union([
  z.discriminatedUnion("type", [
    textBlockSchema,
    imageBlockSchema,
    documentBlockSchema,
    toolUseBlockSchema,
    toolResultBlockSchema,
    thinkingBlockSchema,
    redactedThinkingBlockSchema,
  ]),
  otherBlockSchema,
]);
export type Block = z.infer<typeof blockSchema>;

export const messageSchema = looseObject({
  /**
   * `system` inside a conversation: Opus 4.8 and later (platform.claude.com, mid-conversation
   * system messages).
   */
  role: z.enum(["user", "assistant", "system"]),
  content: z.union([z.string(), z.array(blockSchema)]),
});
export type WireMessage = z.infer<typeof messageSchema>;

const customToolSchema = looseObject({
  type: z.nullish(z.literal("custom")),
  name: toolNameSchema,
  description: z.optional(z.string()),
  input_schema: jsonObjectSchema,
  strict: z.optional(z.boolean()),
  cache_control: cacheControlSchema,
});
/** A tool that Anthropic runs, or whose schema Anthropic defines. */
const vendorToolSchema = looseObject({
  type: z.string().check(z.refine((type) => type !== "custom", ABORT)),
});
export const toolSchema = z.union([customToolSchema, vendorToolSchema]);
export type WireTool = z.infer<typeof toolSchema>;

export const toolChoiceSchema = z.discriminatedUnion("type", [
  looseObject({ type: z.literal("auto"), disable_parallel_tool_use: z.optional(z.boolean()) }),
  looseObject({ type: z.literal("any"), disable_parallel_tool_use: z.optional(z.boolean()) }),
  looseObject({
    type: z.literal("tool"),
    name: z.string().check(z.minLength(1)),
    disable_parallel_tool_use: z.optional(z.boolean()),
  }),
  looseObject({ type: z.literal("none") }),
]);
export type WireToolChoice = z.infer<typeof toolChoiceSchema>;

const thinkingSchema = looseObject({
  type: z.string(),
  budget_tokens: z.optional(z.int().check(z.gte(0))),
  display: z.nullish(z.string()),
});

const outputFormatSchema = looseObject({
  type: z.string(),
  schema: z.optional(jsonObjectSchema),
});
const outputConfigSchema = looseObject({
  effort: z.nullish(z.string()),
  format: z.nullish(outputFormatSchema),
});

/** What a message and a token count have in common. */
const prompt = {
  model: z.string().check(z.minLength(1), z.maxLength(256)),
  messages: z.array(messageSchema).check(z.minLength(1)),
  system: z.optional(z.union([z.string(), z.array(blockSchema)])),
  tools: z.optional(z.array(toolSchema)),
  tool_choice: z.optional(toolChoiceSchema),
  thinking: z.optional(thinkingSchema),
  output_config: z.optional(outputConfigSchema),
  /** The older name of `output_config.format`. */
  output_format: z.nullish(outputFormatSchema),
  cache_control: cacheControlSchema,
};

/** The body of `POST /v1/messages`. Unknown fields are kept. */
export const messagesBodySchema = looseObject({
  ...prompt,
  /** 0 fills the prompt cache and generates nothing. */
  max_tokens: z.int().check(z.gte(0)),
  temperature: z.optional(z.number().check(z.gte(0), z.lte(1))),
  top_p: z.optional(z.number().check(z.gte(0), z.lte(1))),
  stop_sequences: z.optional(z.array(z.string())),
  metadata: z.optional(looseObject({ user_id: z.nullish(z.string()) })),
  stream: z.optional(z.boolean()),
  /** This server's own. */
  fallbacks: z.nullish(fallbacksFieldSchema),
});
export type MessagesBody = z.infer<typeof messagesBodySchema>;

/** The body of `POST /v1/messages/count_tokens`. */
export const countTokensBodySchema = looseObject(prompt);
export type CountTokensBody = z.infer<typeof countTokensBodySchema>;
