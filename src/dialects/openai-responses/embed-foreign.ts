import * as z from "zod/mini";
import { formatSchema, type Signature, signatureSchema } from "../../chat/format.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { strictObject } from "../../json/object-schema.ts";
import { decodeEmbedded, encodeEmbedded } from "../embedded-text.ts";

/**
 * This API has no place for what other vendors sign, so it travels in a field that every client
 * sends back unchanged: the `encrypted_content` of a reasoning item.
 */
const embeddedSchema = z.union([
  /** The reasoning item itself. */
  strictObject({
    of: z.literal("reasoning"),
    signature: z.optional(signatureSchema),
    redacted: z.optional(z.boolean()),
    /** Where it stood in an answer of OpenAI's Chat Completions, if it is not signed. */
    origin: z.optional(z.string()),
  }),
  /** An earlier tool call, by its id. */
  strictObject({ of: z.literal("tool_call"), id: z.string(), signature: signatureSchema }),
  /** The text before it. */
  strictObject({ of: z.literal("text"), signature: signatureSchema }),
  /** An opaque part of another format. */
  strictObject({ of: z.literal("opaque"), format: formatSchema, value: jsonObjectSchema }),
]);
export type Embedded = z.infer<typeof embeddedSchema>;

export function encodeEmbeddedPart(embedded: Embedded): string {
  return encodeEmbedded(embedded);
}

/** Undefined if the content is not ours. Throws if it is ours and damaged. */
export function decodeEmbeddedPart(
  content: string | null | undefined,
  param: string,
): Embedded | undefined {
  return decodeEmbedded(embeddedSchema, content, param);
}

/** A signature of another format. */
export function foreignSignature(part: {
  signature?: Signature | undefined;
}): Signature | undefined {
  return part.signature && part.signature.format !== "openai_responses"
    ? part.signature
    : undefined;
}
