import * as z from "zod/mini";
import { ChatError } from "../errors/chat-error.ts";
import { type ErrorCode, isErrorCode } from "../errors/error-codes.ts";
import { defined } from "../json/defined.ts";

/** What is known of an answer from its beginning. */
const headSchema = z.object({
  requestId: z.string(),
  /** The dialect's name. */
  dialect: z.string(),
  isStream: z.boolean(),
  isBackground: z.boolean(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  /** What the dialect says of the answer before it begins. */
  first: z.optional(z.unknown()),
  /** Of the Responses API: the whole conversation so far, for `previous_response_id`. */
  input: z.optional(z.array(z.unknown())),
});
export type AnswerHead = z.infer<typeof headSchema>;

const keptErrorSchema = z.object({
  code: z.custom<ErrorCode>((value) => typeof value === "string" && isErrorCode(value)),
  message: z.string(),
  retryable: z.boolean(),
  param: z.optional(z.string()),
  retryAfterSeconds: z.optional(z.number()),
  upstreamCode: z.optional(z.string()),
  upstreamStatus: z.optional(z.number()),
  upstreamRequestId: z.optional(z.string()),
});

const usageSchema = z.object({
  input_tokens: z.number(),
  output_tokens: z.number(),
  cached_input_tokens: z.optional(z.number()),
  cache_write_input_tokens: z.optional(z.number()),
  reasoning_tokens: z.optional(z.number()),
  total_tokens: z.number(),
});

/** How an answer ended, and what it used. */
const endingSchema = z.object({
  error: z.nullable(keptErrorSchema),
  /** Whether any content had arrived. If not, its key is free again. */
  hasContent: z.boolean(),
  usage: z.nullable(usageSchema),
  usageSource: z.enum(["provider", "estimated", "none"]),
  cost: z.nullable(
    z.object({
      currency: z.literal("USD"),
      input: z.number(),
      output: z.number(),
      total: z.number(),
    }),
  ),
  /** What a whole answer had beside its body. */
  headers: z.record(z.string(), z.string()),
});
export type Ending = z.infer<typeof endingSchema>;

/** Of an answer that used nothing. */
export function failedEnding(error: ChatError): Ending {
  return {
    error: keepError(error),
    hasContent: false,
    usage: null,
    usageSource: "none",
    cost: null,
    headers: {},
  };
}

export function keepError(error: ChatError): NonNullable<Ending["error"]> {
  const { code, message, retryable, param, retryAfterSeconds } = error;
  const { upstreamCode, upstreamStatus, upstreamRequestId } = error;
  const optional = { param, retryAfterSeconds, upstreamCode, upstreamStatus, upstreamRequestId };
  return { code, message, retryable, ...defined(optional) };
}

/** The error that was kept, as it was. */
export function restoreError({ code, ...detail }: NonNullable<Ending["error"]>): ChatError {
  return new ChatError(code, defined(detail));
}

/** Null if it is not of this form: another version wrote it. */
export const readHead = (text: string): AnswerHead | null => read(headSchema, text);
export const readEnding = (text: string): Ending | null => read(endingSchema, text);

function read<T>(schema: z.ZodMiniType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
