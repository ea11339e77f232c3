import * as z from "zod/mini";
import { formatSchema, signatureSchema } from "../../chat/format.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { strictObject } from "../../json/object-schema.ts";
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
  strictObject({
    reasoning: z.union([z.string(), z.int().check(z.gte(0))]),
    redacted: z.optional(z.boolean()),
    signature: z.optional(signatureSchema),
  }),
  strictObject({ text: z.int().check(z.gte(0)), signature: z.optional(signatureSchema) }),
  strictObject({ call: z.string(), signature: z.optional(signatureSchema) }),
  strictObject({ opaque: strictObject({ format: formatSchema, value: jsonObjectSchema }) }),
]);
export type ForeignPart = z.infer<typeof foreignPartSchema>;

/**
 * Undefined if the text is a vendor's own. Throws if it is ours and damaged; `param` is its path.
 */
export function decodeForeignParts(text: unknown, param: string): ForeignPart[] | undefined {
  return decodeEmbedded(z.array(foreignPartSchema), text, param);
}
