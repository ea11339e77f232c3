import * as z from "zod";
import { messageSchema } from "../../chat/message.ts";
import { partSchema, toolResultPartSchema } from "../../chat/part.ts";
import { chatRequestSchema } from "../../chat/request.ts";

/**
 * An answer of ours, put back as a message (`messages ++ [response]` in Elixir): its `content` counts, the rest of its fields say
 * again what the content says, or speak of the answer, and are passed over.
 */
const answerMessageSchema = z.strictObject({
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

/** A tool message with one result, written flat as most people know it. */
const toolMessageSchema = z.strictObject({
  role: z.literal("tool"),
  tool_call_id: toolResultPartSchema.shape.tool_call_id,
  name: toolResultPartSchema.shape.name,
  content: toolResultPartSchema.shape.content,
  is_error: toolResultPartSchema.shape.is_error,
});

/** What another dialect says of its own requests is not the caller's to say. */
const { requires_format: _, ...requestShape } = chatRequestSchema.shape;

/** The body of `POST /chat`. Fields that it does not name are refused; a null means that the field is absent. */
export const chatBodySchema = z.strictObject({
  ...requestShape,
  messages: z
    .array(
      z.union([
        messageSchema,
        toolMessageSchema,
        answerMessageSchema.partial().required({ role: true, content: true }),
      ]),
    )
    .min(1)
    .max(1000),
  stop: z
    .union([z.string().min(1), z.array(z.string().min(1)).max(16)])
    .optional()
    .describe("Texts at which generation ends; one may stand without a list."),
});
export type ChatBody = z.infer<typeof chatBodySchema>;
