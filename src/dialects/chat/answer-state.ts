import * as z from "zod/mini";
import type { KeptAnswer } from "../../answers/answer-tail.ts";
import { restoreError } from "../../answers/ending.ts";
import { defined } from "../../json/defined.ts";
import { strictObject } from "../../json/object-schema.ts";
import { encodeErrorBody } from "./encode-error.ts";
import { foldStream } from "./fold-stream.ts";
import { mapUsage } from "./map-usage.ts";
import {
  type ChatResponseBody,
  chatResponseSchema,
  costSchema,
  errorSchema,
  usageSchema,
} from "./response.ts";

/** What became of a kept answer: the receipt of DELETE, and the data of a webhook. */
export const receiptSchema = strictObject({
  request_id: z.string(),
  state: z.enum(["running", "completed", "failed", "cancelled"]),
  stream: z.boolean(),
  last_event_id: z.int().register(z.globalRegistry, {
    description: "The `id` of the last event; 0 if the answer has none.",
  }),
  expires_at: z.iso
    .datetime()
    .register(z.globalRegistry, { description: "Until when it is kept, if it does not go on." }),
  usage: z.nullable(usageSchema),
  usage_source: z.nullable(z.enum(["provider", "estimated", "none"])),
  cost: z.nullable(costSchema),
  error: z
    .nullable(errorSchema)
    .register(z.globalRegistry, { description: "Why it failed, or was cancelled." }),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** The body of `GET /chat/{id}`. */
export const answerStateSchema = z.extend(receiptSchema, {
  answer: z
    .nullable(chatResponseSchema)
    .register(z.globalRegistry, { description: "The whole answer, if it is completed." }),
});
export type AnswerState = z.infer<typeof answerStateSchema>;

export function encodeReceipt(kept: Omit<KeptAnswer, "text" | "textLast">): Receipt {
  const { head, ending, last, expiresAt } = kept;
  const error = ending?.error ? restoreError(ending.error) : null;
  return {
    request_id: head.requestId,
    state: stateOf(kept),
    stream: head.isStream,
    last_event_id: head.isStream ? last : 0,
    expires_at: new Date(expiresAt).toISOString(),
    usage: ending?.usage ? mapUsage(defined(ending.usage)) : null,
    usage_source: ending?.usageSource ?? null,
    cost: ending?.cost ?? null,
    error: error && encodeErrorBody(error, head.requestId),
  };
}

function stateOf({ ending }: Pick<KeptAnswer, "ending">): Receipt["state"] {
  if (!ending) return "running";
  if (!ending.error) return "completed";
  return ending.error.code === "cancelled" ? "cancelled" : "failed";
}

/** The answer's text must be all of it. */
export function encodeAnswerState(kept: KeptAnswer): AnswerState {
  const receipt = encodeReceipt(kept);
  const isThere = receipt.state === "completed" && !kept.isTooLarge;
  return { ...receipt, answer: isThere ? readAnswer(kept) : null };
}

function readAnswer({ head, text }: KeptAnswer): ChatResponseBody | null {
  if (head.isStream) return foldStream(text);
  return chatResponseSchema.safeParse(JSON.parse(text)).data ?? null;
}
