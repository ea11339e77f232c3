import * as z from "zod";
import { extrasSchema, formatSchema, jsonObjectSchema } from "./format.ts";
import { messageSchema } from "./message.ts";
import { cacheSchema } from "./part.ts";
import { toolChoiceSchema, toolSchema } from "./tool.ts";

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export const effortSchema = z.enum(EFFORTS);
export type Effort = z.infer<typeof effortSchema>;

/** How much the model may think. A vendor takes `effort` or `budget_tokens`; what it does not take is mapped, with a warning. */
export const reasoningSchema = z.strictObject({
  effort: effortSchema.optional(),
  budget_tokens: z.int().min(0).optional(),
  visible: z.boolean().optional().describe("Whether the reasoning text is wanted in the answer. Default: the vendor's."),
});
export type Reasoning = z.infer<typeof reasoningSchema>;

export const responseFormatSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json") }),
  z.strictObject({
    type: z.literal("json_schema"),
    name: z.string().min(1).max(64).optional(),
    description: z.string().optional(),
    schema: jsonObjectSchema,
    strict: z.boolean().optional(),
  }),
]);
export type ResponseFormat = z.infer<typeof responseFormatSchema>;

/** What the caller asks for, whichever dialect it came in and whichever provider answers it. */
export const chatRequestSchema = z.strictObject({
  provider: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe("A provider's name or alias. May be left out when the model names it."),
  model: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe("A model's name, a catalog alias, or `provider/model`. Default: the provider's own."),
  messages: z.array(messageSchema).min(1).max(1000),
  tools: z.array(toolSchema).max(128).optional(),
  tool_choice: toolChoiceSchema.optional(),
  parallel_tool_calls: z.boolean().optional().describe("False: at most one tool call in an answer."),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  max_tokens: z.int().min(1).optional(),
  stop: z.array(z.string().min(1)).max(16).optional().describe("Texts at which generation ends."),
  seed: z.int().optional(),
  reasoning: reasoningSchema.optional(),
  response_format: responseFormatSchema.optional(),
  cache: cacheSchema.optional().describe("Asks the vendor to cache as much of the prompt as it can by itself."),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .optional()
    .describe("Short labels passed to vendors that take them."),
  extras: extrasSchema.optional().describe("Fields of a vendor's own format, by format; nothing in them is checked here."),
  only_format: z
    .strictObject({ format: formatSchema, param: z.string().max(256) })
    .optional()
    .describe(
      "The request stands on something that only vendors of this format have (`param` says on what), so no other may answer it.",
    ),
  stream: z.boolean().optional().describe("Whether the answer comes as events."),
  strict: z
    .boolean()
    .optional()
    .describe("True: what the target cannot take is an error before any call, not a warning in the answer."),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;
