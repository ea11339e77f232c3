import * as z from "zod";
import { formatSchema, type Signature, signatureSchema } from "../../chat/format.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { decodeCarriedText, encodeCarriedText } from "../embedded-text.ts";

/**
 * What other vendors sign has no place of its own in this API, so it travels in a field that every client of the API sends back as it
 * came: the `encrypted_content` of a reasoning item.
 */
const carriedSchema = z.union([
  /** The reasoning item itself. */
  z.strictObject({
    of: z.literal("reasoning"),
    signature: signatureSchema.optional(),
    redacted: z.boolean().optional(),
    /** Where it stood in an answer of OpenAI's Chat Completions, if it is not signed. */
    origin: z.string().optional(),
  }),
  /** The tool call with this id, which came before. */
  z.strictObject({ of: z.literal("tool_call"), id: z.string(), signature: signatureSchema }),
  /** The text that came before. */
  z.strictObject({ of: z.literal("text"), signature: signatureSchema }),
  /** A part in another vendor's own words. */
  z.strictObject({ of: z.literal("opaque"), format: formatSchema, value: jsonObjectSchema }),
]);
export type Carried = z.infer<typeof carriedSchema>;

export function encodeCarried(carried: Carried): string {
  return encodeCarriedText(carried);
}

/** Undefined where the content is not ours. Throws where it is and was damaged. */
export function decodeCarried(
  content: string | null | undefined,
  param: string,
): Carried | undefined {
  return decodeCarriedText(carriedSchema, content, param);
}

/** A signature that the format itself has no place for. */
export function foreignSignature(part: {
  signature?: Signature | undefined;
}): Signature | undefined {
  return part.signature && part.signature.format !== "openai_responses"
    ? part.signature
    : undefined;
}
