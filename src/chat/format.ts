import * as z from "zod";
import { jsonObjectSchema } from "../json/json-object.ts";

/**
 * The vendors' wire formats. A format's name is the namespace of everything that the chat model carries without understanding it:
 * signatures, extras, opaque parts and raw events. What is in one format's namespace is never sent in another format.
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
 * Fields that a format has and the chat model has not, by format; a provider of that format lays them over what it encodes. A name
 * that begins with `$` is no field but the dialect's note on the form in which something was said: it is never sent as it is, and
 * where the format changes it is lost without a loss.
 */
export const extrasSchema = z.partialRecord(formatSchema, jsonObjectSchema);
export type Extras = z.infer<typeof extrasSchema>;

/**
 * A vendor's proof that a part is its own (Anthropic's thinking signature, Google's thought signature, OpenAI's encrypted
 * reasoning). It must come back byte for byte on the next turn, to a provider of the same format and to no other.
 */
export const signatureSchema = z.strictObject({
  format: formatSchema,
  value: z.string(),
  id: z
    .string()
    .optional()
    .describe("The id of the item that was signed, where the format has one (OpenAI Responses)."),
});
export type Signature = z.infer<typeof signatureSchema>;
