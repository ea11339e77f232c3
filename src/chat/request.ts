import * as z from "zod";
import { jsonObjectSchema } from "../json/json-object.ts";
import { fallbackSchema, MAX_TARGETS } from "./fallback.ts";
import { extrasSchema, formatSchema } from "./format.ts";
import { messageSchema } from "./message.ts";
import { cacheSchema } from "./part.ts";
import { toolChoiceSchema, toolSchema } from "./tool.ts";

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export const effortSchema = z.enum(EFFORTS);
export type Effort = z.infer<typeof effortSchema>;

/**
 * How much the model may reason. A vendor supports `effort`, `budget_tokens` or both; the other is
 * mapped, with a warning.
 */
export const reasoningSchema = z.strictObject({
  effort: effortSchema
    .optional()
    .describe("How much the model reasons; `none` turns reasoning off, if the model allows it."),
  budget_tokens: z.int().min(0).optional().describe("Most tokens to spend on reasoning."),
  visible: z
    .boolean()
    .optional()
    .describe("Whether the answer should include the reasoning text. Default: the vendor's."),
});
export type Reasoning = z.infer<typeof reasoningSchema>;

/**
 * The effort that a reasoning budget corresponds to. Never more than `high`: the higher efforts
 * cost more than anyone asked for with a number.
 */
export function effortWorth(budget: number): Effort {
  if (budget === 0) return "none";
  if (budget <= 4096) return "low";
  return budget <= 16_384 ? "medium" : "high";
}

/**
 * The effort itself if it is among `taken`; else the highest below it, else the lowest above. No
 * effort but `none` itself ever becomes `none`: undefined if nothing else is left.
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
    schema: jsonObjectSchema.describe("The JSON Schema for the answer's text."),
    strict: z.boolean().optional().describe("Whether the vendor must enforce the schema."),
  }),
]);
export type ResponseFormat = z.infer<typeof responseFormatSchema>;

/** Shortest and longest time that a caller may give a call, in milliseconds. */
export const DEADLINE_MS = { min: 100, max: 30 * 60 * 1000 } as const;

/** A call in the chat model, from any dialect and for any provider. */
export const chatRequestSchema = z.strictObject({
  provider: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe("A provider's name or alias. Optional if `model` implies it."),
  model: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe(
      "A model's name, a catalog alias, or `provider/model`. Default: the provider's default " +
        "model.",
    ),
  fallbacks: z
    .array(fallbackSchema)
    .max(MAX_TARGETS - 1)
    .optional()
    .describe("The targets to try, in this order, if the first one fails before its content."),
  deadline_ms: z
    .int()
    .min(DEADLINE_MS.min)
    .max(DEADLINE_MS.max)
    .optional()
    .describe(
      "How long the whole call may take, in milliseconds, with all retries and fallbacks. After " +
        "that it ends with `deadline_exceeded`.",
    ),
  hedge_after_ms: z
    .int()
    .min(1)
    .max(DEADLINE_MS.max)
    .optional()
    .describe(
      "If no content has come after this many milliseconds, the next target is tried beside the " +
        "first; the first content wins. Both may be billed.",
    ),
  messages: z
    .array(messageSchema)
    .min(1)
    .max(1000)
    .describe(
      "The conversation so far. For the next turn, append the answer's `content` unchanged.",
    ),
  tools: z.array(toolSchema).max(128).optional().describe("The functions that the model may call."),
  tool_choice: toolChoiceSchema
    .optional()
    .describe(
      "Whether the model may (`auto`), must not (`none`) or must (`required`) call a tool, or " +
        "the name of the tool that it must call; or which of the declared tools it may call " +
        "(`mode`, `tools`).",
    ),
  parallel_tool_calls: z
    .boolean()
    .optional()
    .describe("`false`: at most one tool call per answer."),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("Sampling temperature, if the model supports it."),
  top_p: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Nucleus sampling: the probability mass of the tokens to choose from."),
  max_tokens: z.int().min(1).optional().describe("Most tokens in the answer, including reasoning."),
  stop: z
    .array(z.string().min(1))
    .max(16)
    .optional()
    .describe("Generation stops at any of these texts."),
  seed: z
    .int()
    .optional()
    .describe("The same seed gives a similar answer, if the vendor supports it."),
  reasoning: reasoningSchema.optional().describe("How much the model may reason."),
  response_format: responseFormatSchema
    .optional()
    .describe("Text (the default), JSON, or JSON that matches a schema."),
  cache: cacheSchema
    .optional()
    .describe("Asks the vendor to cache as much of the prompt as it can."),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .optional()
    .describe("Short labels, passed to vendors that support them."),
  extras: extrasSchema
    .optional()
    .describe("Fields of a vendor's own format, by format; not checked here."),
  requires_format: z
    .strictObject({ format: formatSchema, param: z.string().max(256) })
    .optional()
    .describe(
      "The request needs something that only vendors of this format have; `param` is its path. " +
        "Other targets are refused.",
    ),
  dry_run: z
    .boolean()
    .optional()
    .describe(
      "`true`: the answer says which targets would be tried, with their warnings and estimated " +
        "costs. No vendor is called.",
    ),
  on_disconnect: z
    .enum(["cancel", "continue"])
    .optional()
    .describe(
      "What becomes of the answer if the caller's connection is lost. `continue` needs a server " +
        "that keeps answers (`STORE_ANSWERS`). Default: `cancel`, but `continue` with an " +
        "`Idempotency-Key`, `background` or `webhook`.",
    ),
  background: z
    .boolean()
    .optional()
    .describe("`true`: the server answers at once; `GET /chat/{id}` then has the answer."),
  webhook: z
    .strictObject({ url: z.string().min(1).max(2048) })
    .optional()
    .describe("Where the server says, by a signed POST, that the answer has ended."),
  stream: z.boolean().optional().describe("Whether to stream the answer as events."),
  strict: z
    .boolean()
    .optional()
    .describe(
      "`true`: anything that the target does not support is an error before the call, instead of " +
        "a warning in the answer.",
    ),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;
