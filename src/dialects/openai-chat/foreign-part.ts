import * as z from "zod";
import { formatSchema, signatureSchema } from "../../chat/format.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { decodeEmbedded } from "../embedded-text.ts";

/**
 * One part of an answer as it is embedded in a message. This format has no place for other vendors'
 * signatures, nor for the order of parts. Both travel in two fields that clients send back
 * unchanged: an entry of `reasoning_details` (clients that append the whole message), and Google's
 * `extra_content.google.thought_signature` of a tool call (the AI SDK's openai-compatible client,
 * which drops the rest).
 *
 * For what the message says anyway, only the length is kept; for a call, its id.
 */
const foreignPartSchema = z.union([
  z.strictObject({
    reasoning: z.union([z.string(), z.int().min(0)]),
    redacted: z.boolean().optional(),
    signature: signatureSchema.optional(),
  }),
  z.strictObject({ text: z.int().min(0), signature: signatureSchema.optional() }),
  z.strictObject({ call: z.string(), signature: signatureSchema.optional() }),
  z.strictObject({ opaque: z.strictObject({ format: formatSchema, value: jsonObjectSchema }) }),
]);
export type ForeignPart = z.infer<typeof foreignPartSchema>;

/**
 * Undefined if the text is a vendor's own. Throws if it is ours and damaged; `param` is its path.
 */
export function decodeForeignParts(text: unknown, param: string): ForeignPart[] | undefined {
  return decodeEmbedded(foreignPartSchema.array(), text, param);
}
