import * as z from "zod/mini";
import { jsonObjectSchema } from "../json/json-object.ts";
import { strictObject } from "../json/object-schema.ts";
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
export const reasoningSchema = strictObject({
  effort: z.optional(effortSchema).register(z.globalRegistry, {
    description: "How much the model reasons; `none` turns reasoning off, if the model allows it.",
  }),
  budget_tokens: z
    .optional(z.int().check(z.gte(0)))
    .register(z.globalRegistry, { description: "Most tokens to spend on reasoning." }),
  visible: z.optional(z.boolean()).register(z.globalRegistry, {
    description: "Whether the answer should include the reasoning text. Default: the vendor's.",
  }),
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
  strictObject({ type: z.literal("text") }),
  strictObject({ type: z.literal("json") }),
  strictObject({
    type: z.literal("json_schema"),
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    description: z.optional(z.string()),
    schema: jsonObjectSchema.check(z.describe("The JSON Schema for the answer's text.")),
    strict: z
      .optional(z.boolean())
      .register(z.globalRegistry, { description: "Whether the vendor must enforce the schema." }),
  }),
]);
export type ResponseFormat = z.infer<typeof responseFormatSchema>;

/** Shortest and longest time that a caller may give a call, in milliseconds. */
export const DEADLINE_MS = { min: 100, max: 30 * 60 * 1000 } as const;

/** A call in the chat model, from any dialect and for any provider. */
export const chatRequestSchema = strictObject({
  provider: z
    .optional(z.string().check(z.minLength(1), z.maxLength(128)))
    .register(z.globalRegistry, {
      description:
        "A provider's name or alias; without `model` also a route's. Optional if `model` implies it.",
    }),
  model: z.optional(z.string().check(z.minLength(1), z.maxLength(256))).register(z.globalRegistry, {
    description:
      "A model's name, a catalog alias, or `provider/model`. Default: the provider's default " +
      "model.",
  }),
  fallbacks: z
    .optional(z.array(fallbackSchema).check(z.maxLength(MAX_TARGETS - 1)))
    .register(z.globalRegistry, {
      description: "The targets to try, in this order, if the first one fails before its content.",
    }),
  deadline_ms: z
    .optional(z.int().check(z.gte(DEADLINE_MS.min), z.lte(DEADLINE_MS.max)))
    .register(z.globalRegistry, {
      description:
        "How long the whole call may take, in milliseconds, with all retries and fallbacks. After " +
        "that it ends with `deadline_exceeded`.",
    }),
  hedge_after_ms: z
    .optional(z.int().check(z.gte(1), z.lte(DEADLINE_MS.max)))
    .register(z.globalRegistry, {
      description:
        "If no content has come after this many milliseconds, the next target is tried beside the " +
        "first; the first content wins. Both may be billed.",
    }),
  messages: z
    .array(messageSchema)
    .check(z.minLength(1), z.maxLength(100_000))
    .register(z.globalRegistry, {
      description:
        "The conversation so far. For the next turn, append the answer's `content` unchanged.",
    }),
  tools: z
    .optional(z.array(toolSchema).check(z.maxLength(1024)))
    .register(z.globalRegistry, { description: "The functions that the model may call." }),
  tool_choice: z.optional(toolChoiceSchema).register(z.globalRegistry, {
    description:
      "Whether the model may (`auto`), must not (`none`) or must (`required`) call a tool, or " +
      "the name of the tool that it must call; or which of the declared tools it may call " +
      "(`mode`, `tools`).",
  }),
  parallel_tool_calls: z
    .optional(z.boolean())
    .register(z.globalRegistry, { description: "`false`: at most one tool call per answer." }),
  temperature: z
    .optional(z.number().check(z.gte(0), z.lte(2)))
    .register(z.globalRegistry, { description: "Sampling temperature, if the model supports it." }),
  top_p: z.optional(z.number().check(z.gte(0), z.lte(1))).register(z.globalRegistry, {
    description: "Nucleus sampling: the probability mass of the tokens to choose from.",
  }),
  max_tokens: z
    .optional(z.int().check(z.gte(1)))
    .register(z.globalRegistry, { description: "Most tokens in the answer, including reasoning." }),
  stop: z
    .optional(z.array(z.string().check(z.minLength(1))).check(z.maxLength(16)))
    .register(z.globalRegistry, { description: "Generation stops at any of these texts." }),
  seed: z.optional(z.int()).register(z.globalRegistry, {
    description: "The same seed gives a similar answer, if the vendor supports it.",
  }),
  reasoning: z
    .optional(reasoningSchema)
    .register(z.globalRegistry, { description: "How much the model may reason." }),
  response_format: z.optional(responseFormatSchema).register(z.globalRegistry, {
    description: "Text (the default), JSON, or JSON that matches a schema.",
  }),
  cache: z.optional(cacheSchema).register(z.globalRegistry, {
    description: "Asks the vendor to cache as much of the prompt as it can.",
  }),
  metadata: z
    .optional(z.record(z.string().check(z.maxLength(64)), z.string().check(z.maxLength(512))))
    .register(z.globalRegistry, {
      description: "Short labels, passed to vendors that support them.",
    }),
  extras: z.optional(extrasSchema).register(z.globalRegistry, {
    description: "Fields of a vendor's own format, by format; not checked here.",
  }),
  requires_format: z
    .optional(strictObject({ format: formatSchema, param: z.string().check(z.maxLength(256)) }))
    .register(z.globalRegistry, {
      description:
        "The request needs something that only vendors of this format have; `param` is its path. " +
        "Other targets are refused.",
    }),
  dry_run: z.optional(z.boolean()).register(z.globalRegistry, {
    description:
      "`true`: the answer says which targets would be tried, with their warnings and estimated " +
      "costs. No vendor is called.",
  }),
  on_disconnect: z.optional(z.enum(["cancel", "continue"])).register(z.globalRegistry, {
    description:
      "What becomes of the answer if the caller's connection is lost. `continue` needs a server " +
      "that keeps answers (`STORE_ANSWERS`). Default: `cancel`, but `continue` with an " +
      "`Idempotency-Key`, `background` or `webhook`.",
  }),
  background: z.optional(z.boolean()).register(z.globalRegistry, {
    description: "`true`: the server answers at once; `GET /chat/{id}` then has the answer.",
  }),
  webhook: z
    .optional(strictObject({ url: z.string().check(z.minLength(1), z.maxLength(2048)) }))
    .register(z.globalRegistry, {
      description: "Where the server says, by a signed POST, that the answer has ended.",
    }),
  stream: z
    .optional(z.boolean())
    .register(z.globalRegistry, { description: "Whether to stream the answer as events." }),
  strict: z.optional(z.boolean()).register(z.globalRegistry, {
    description:
      "`true`: anything that the target does not support is an error before the call, instead of " +
      "a warning in the answer.",
  }),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;
