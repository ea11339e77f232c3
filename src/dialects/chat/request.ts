import * as z from "zod/mini";
import { fallbacksFieldSchema } from "../../chat/fallback.ts";
import { messageSchema } from "../../chat/message.ts";
import { partSchema, toolResultPartSchema } from "../../chat/part.ts";
import { chatRequestSchema } from "../../chat/request.ts";
import { strictObject } from "../../json/object-schema.ts";

/**
 * An answer of this server, put back as a message (`messages ++ [response]` in Elixir). Only
 * `content` and `extras` are read; the other fields repeat the content or describe the answer.
 */
const answerMessageSchema = strictObject({
  role: z.literal("assistant"),
  content: z.union([z.string(), z.array(partSchema)]),
  extras: messageSchema.shape.extras,
  id: z.unknown(),
  provider: z.unknown(),
  model: z.unknown(),
  text: z.unknown(),
  tool_calls: z.unknown(),
  finish_reason: z.unknown(),
  raw_finish_reason: z.unknown(),
  usage: z.unknown(),
  usage_complete: z.unknown(),
  cost: z.unknown(),
  warnings: z.unknown(),
  attempts: z.unknown(),
  request_id: z.unknown(),
});

/** A tool message with one result, in the flat form that most APIs have. */
const toolMessageSchema = strictObject({
  role: z.literal("tool"),
  tool_call_id: toolResultPartSchema.shape.tool_call_id,
  name: toolResultPartSchema.shape.name,
  content: toolResultPartSchema.shape.content,
  is_error: toolResultPartSchema.shape.is_error,
});

/** Only vendors' dialects may set `requires_format`. */
const { requires_format: _, ...requestShape } = chatRequestSchema.shape;

/** The body of `POST /chat`. Unknown fields are refused; null means absent. */
export const chatBodySchema = strictObject({
  ...requestShape,
  fallbacks: z.optional(fallbacksFieldSchema),
  messages: z
    .array(
      z.union([
        messageSchema,
        toolMessageSchema,
        z.required(z.partial(answerMessageSchema), { role: true, content: true }),
      ]),
    )
    .check(z.minLength(1), z.maxLength(100_000)),
  stop: z
    .optional(
      z.union([
        z.string().check(z.minLength(1)),
        z.array(z.string().check(z.minLength(1))).check(z.maxLength(16)),
      ]),
    )
    .register(z.globalRegistry, {
      description: "Texts at which generation ends: a list, or a single text.",
    }),
});
export type ChatBody = z.infer<typeof chatBodySchema>;
