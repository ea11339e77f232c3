import * as z from "zod";
import { jsonObjectSchema } from "../json/json-object.ts";
import { extrasSchema, formatSchema } from "./format.ts";
import { messageSchema } from "./message.ts";
import { cacheSchema } from "./part.ts";
import { toolChoiceSchema, toolSchema } from "./tool.ts";

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export const effortSchema = z.enum(EFFORTS);
export type Effort = z.infer<typeof effortSchema>;

/**
 * How much the model may think. A vendor takes `effort` or `budget_tokens`; what it does not take
 * is mapped, with a warning.
 */
export const reasoningSchema = z.strictObject({
  effort: effortSchema
    .optional()
    .describe("How hard the model thinks; `none` switches thinking off where that can be done."),
  budget_tokens: z.int().min(0).optional().describe("The most tokens that may go into thinking."),
  visible: z
    .boolean()
    .optional()
    .describe("Whether the reasoning text is wanted in the answer. Default: the vendor's."),
});
export type Reasoning = z.infer<typeof reasoningSchema>;

/**
 * The effort that a budget of thinking is worth; more than `high` is never made of a number, since
 * it costs more than anyone asked for.
 */
export function effortWorth(budget: number): Effort {
  if (budget === 0) return "none";
  if (budget <= 4096) return "low";
  return budget <= 16_384 ? "medium" : "high";
}

/**
 * The effort itself if it is among `taken`; else the highest below it, else the lowest above.
 * Anything but `none` never becomes `none`: undefined if nothing else is left.
 */
export function nearestEffort(wanted: Effort, taken: readonly Effort[]): Effort | undefined {
  if (taken.includes(wanted)) return wanted;
  const rank = EFFORTS.indexOf(wanted);
  const others = EFFORTS.filter((effort) => effort !== "none" && taken.includes(effort));
  return others.findLast((effort) => EFFORTS.indexOf(effort) < rank) ?? others[0];
}

export const responseFormatSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json") }),
  z.strictObject({
    type: z.literal("json_schema"),
    name: z.string().min(1).max(64).optional(),
    description: z.string().optional(),
    schema: jsonObjectSchema.describe("The JSON Schema that the answer's text must fit."),
    strict: z
      .boolean()
      .optional()
      .describe("Whether the vendor must hold the answer to the schema."),
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
  messages: z
    .array(messageSchema)
    .min(1)
    .max(1000)
    .describe("The conversation so far; the next turn puts the answer behind it as it came."),
  tools: z.array(toolSchema).max(128).optional().describe("What the model may call."),
  tool_choice: toolChoiceSchema
    .optional()
    .describe(
      "Whether the model may (`auto`), may not (`none`) or must (`required`) call a tool, or the one that it must call.",
    ),
  parallel_tool_calls: z
    .boolean()
    .optional()
    .describe("False: at most one tool call in an answer."),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("How freely the next token is chosen, where the model takes it."),
  top_p: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("The share of the likeliest tokens from which the next is chosen."),
  max_tokens: z
    .int()
    .min(1)
    .optional()
    .describe("The most tokens that the answer may have, thinking included."),
  stop: z.array(z.string().min(1)).max(16).optional().describe("Texts at which generation ends."),
  seed: z
    .int()
    .optional()
    .describe("The same seed gives much the same answer, where the vendor takes one."),
  reasoning: reasoningSchema.optional().describe("How much the model may think."),
  response_format: responseFormatSchema
    .optional()
    .describe("Text (the default), JSON, or JSON that fits a schema."),
  cache: cacheSchema
    .optional()
    .describe("Asks the vendor to cache as much of the prompt as it can by itself."),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .optional()
    .describe("Short labels passed to vendors that take them."),
  extras: extrasSchema
    .optional()
    .describe("Fields of a vendor's own format, by format; nothing in them is checked here."),
  requires_format: z
    .strictObject({ format: formatSchema, param: z.string().max(256) })
    .optional()
    .describe(
      "The request stands on something that only vendors of this format have (`param` says on what), so no other may answer it.",
    ),
  stream: z.boolean().optional().describe("Whether the answer comes as events."),
  strict: z
    .boolean()
    .optional()
    .describe(
      "True: what the target cannot take is an error before any call, not a warning in the answer.",
    ),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;
