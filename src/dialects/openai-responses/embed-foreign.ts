import * as z from "zod";
import { formatSchema, type Signature, signatureSchema } from "../../chat/format.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { decodeEmbedded, encodeEmbedded } from "../embedded-text.ts";

/**
 * What other vendors sign has no place of its own in this API, so it travels in a field that every client of the API sends back as it
 * came: the `encrypted_content` of a reasoning item.
 */
const embeddedSchema = z.union([
  /** The reasoning item itself. */
  z.strictObject({
    of: z.literal("reasoning"),
    signature: signatureSchema.optional(),
    redacted: z.boolean().optional(),
  }),
  /** The tool call with this id, which came before. */
  z.strictObject({ of: z.literal("tool_call"), id: z.string(), signature: signatureSchema }),
  /** The text that came before. */
  z.strictObject({ of: z.literal("text"), signature: signatureSchema }),
  /** A part in another vendor's own words. */
  z.strictObject({ of: z.literal("opaque"), format: formatSchema, value: jsonObjectSchema }),
]);
export type Embedded = z.infer<typeof embeddedSchema>;

export function encodeEmbeddedPart(embedded: Embedded): string {
  return encodeEmbedded(embedded);
}

/** Undefined where the content is not ours. Throws where it is and was damaged. */
export function decodeEmbeddedPart(
  content: string | null | undefined,
  param: string,
): Embedded | undefined {
  return decodeEmbedded(embeddedSchema, content, param);
}

/** A signature that the format itself has no place for. */
export function foreignSignature(part: {
  signature?: Signature | undefined;
}): Signature | undefined {
  return part.signature && part.signature.format !== "openai_responses"
    ? part.signature
    : undefined;
}
