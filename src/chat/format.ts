import * as z from "zod/mini";
import { jsonObjectSchema } from "../json/json-object.ts";
import { strictObject } from "../json/object-schema.ts";

/**
 * The vendors' wire formats. A format's name is the namespace for everything that the chat model
 * keeps without understanding it: signatures, extras, opaque parts and raw events. Nothing in one
 * format's namespace is ever sent in another format.
 */
export const FORMATS = [
  "anthropic",
  "google",
  "openai_responses",
  "openai_chat",
  "cursor",
] as const;
export const formatSchema = z.enum(FORMATS);
export type Format = z.infer<typeof formatSchema>;

/**
 * Fields that a format has and the chat model lacks, by format. A provider of the same format adds
 * them to what it encodes. Names starting with `$` are the dialect's notes on the original
 * spelling; they are never sent, and safe to drop if the formats differ.
 */
export const extrasSchema = z.partialRecord(formatSchema, jsonObjectSchema);
export type Extras = z.infer<typeof extrasSchema>;

/**
 * A vendor's proof that a part is its own: Anthropic's thinking signature, Google's thought
 * signature, OpenAI's encrypted reasoning. It must come back byte for byte on the next turn, to a
 * provider of the same format and to no other.
 */
export const signatureSchema = strictObject({
  format: formatSchema,
  value: z.string().register(z.globalRegistry, { description: "Send it back unchanged." }),
  id: z.optional(z.string()).register(z.globalRegistry, {
    description: "Id of the signed item, if the format has one (OpenAI Responses).",
  }),
});
export type Signature = z.infer<typeof signatureSchema>;
