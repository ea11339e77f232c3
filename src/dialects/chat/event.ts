import * as z from "zod/mini";
import { extrasSchema, formatSchema, signatureSchema } from "../../chat/format.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { strictObject } from "../../json/object-schema.ts";
import {
  attemptSchema,
  costSchema,
  endingShape,
  errorSchema,
  usageSchema,
  warningSchema,
} from "./response.ts";

/** The answer begins. */
export const startSchema = strictObject({
  type: z.literal("start"),
  id: z.string(),
  request_id: z.string(),
  provider: z.string(),
  model: z.string(),
});

const index = z.int().check(z.gte(0)).register(z.globalRegistry, {
  description: "The part, counted from 0 in the order in which parts start.",
});

/** A part begins. `kind` says what its deltas are. */
export const partStartSchema = z.discriminatedUnion("kind", [
  strictObject({
    type: z.literal("part-start"),
    index,
    kind: z.literal("text"),
    refusal: z.optional(z.boolean()),
    extras: z.optional(extrasSchema),
  }),
  strictObject({
    type: z.literal("part-start"),
    index,
    kind: z.literal("reasoning"),
    redacted: z.optional(z.boolean()),
    extras: z.optional(extrasSchema),
  }),
  strictObject({
    type: z.literal("part-start"),
    index,
    kind: z.literal("tool_call"),
    id: z.string(),
    name: z.string(),
    extras: z.optional(extrasSchema),
  }),
  strictObject({
    type: z.literal("part-start"),
    index,
    kind: z.literal("opaque"),
    format: formatSchema,
    value: jsonObjectSchema,
    extras: z.optional(extrasSchema),
  }),
]);

/** A piece of a part: text, or a fragment of a tool call's JSON arguments. */
export const partDeltaSchema = strictObject({
  type: z.literal("part-delta"),
  index,
  kind: z.enum(["text", "reasoning", "tool_call"]),
  delta: z.string(),
});

/** A part is complete. Its fields replace those of the same name at the part's start. */
export const partEndSchema = strictObject({
  type: z.literal("part-end"),
  index,
  signature: z.optional(signatureSchema),
  extras: z.optional(extrasSchema),
  value: z.optional(jsonObjectSchema),
});

/** Token counts so far. */
export const usageEventSchema = strictObject({ type: z.literal("usage"), usage: usageSchema });

/** The last event of a whole answer. */
export const doneSchema = strictObject({
  type: z.literal("done"),
  complete: z.literal(true),
  id: z.string(),
  request_id: z.string(),
  provider: z.string(),
  model: z.string(),
  ...endingShape,
});
export type DoneBody = z.infer<typeof doneSchema>;

/** The last event of an answer that was cut short. */
export const failedSchema = strictObject({
  type: z.enum(["error", "cancelled"]),
  complete: z.literal(false),
  error: errorSchema,
  usage: z
    .nullable(usageSchema)
    .register(z.globalRegistry, { description: "The counts up to the failure." }),
  usage_complete: z.literal(false),
  cost: z.nullable(costSchema),
  warnings: z.array(warningSchema),
  attempts: z.array(attemptSchema),
});
export type FailedBody = z.infer<typeof failedSchema>;

/** Every event of a stream of `POST /chat`. */
export const streamEventSchema = z.union([
  startSchema,
  partStartSchema,
  partDeltaSchema,
  partEndSchema,
  usageEventSchema,
  doneSchema,
  failedSchema,
]);
