import * as z from "zod";
import { formatSchema, jsonObjectSchema, type Signature, signatureSchema } from "../../chat/format.ts";
import { ChatError } from "../../errors/chat-error.ts";

/**
 * What other vendors sign has no place of its own in this API, so it travels in a field that every client of the API sends back as it
 * came: the `encrypted_content` of a reasoning item. The prefix tells ours from OpenAI's own (base64, which has no colon).
 */
const PREFIX = "ai-server:1:";

const carriedSchema = z.union([
  /** The reasoning item itself. */
  z.strictObject({ of: z.literal("reasoning"), signature: signatureSchema.optional(), redacted: z.boolean().optional() }),
  /** The tool call with this id, which came before. */
  z.strictObject({ of: z.literal("tool_call"), id: z.string(), signature: signatureSchema }),
  /** The text that came before. */
  z.strictObject({ of: z.literal("text"), signature: signatureSchema }),
  /** A part in another vendor's own words. */
  z.strictObject({ of: z.literal("opaque"), format: formatSchema, value: jsonObjectSchema }),
]);
export type Carried = z.infer<typeof carriedSchema>;

export function encodeCarried(carried: Carried): string {
  return PREFIX + JSON.stringify(carried);
}

/** Undefined where the content is not ours. Throws where it is and was damaged. */
export function decodeCarried(content: string | null | undefined, param: string): Carried | undefined {
  if (!content?.startsWith(PREFIX)) return undefined;
  const damaged = new ChatError("invalid_request", { param, message: `${param} is not what this server gave out.` });
  try {
    const result = carriedSchema.safeParse(JSON.parse(content.slice(PREFIX.length)));
    if (result.success) return result.data;
  } catch {
    throw damaged;
  }
  throw damaged;
}

/** A signature that the format itself has no place for. */
export function foreignSignature(part: { signature?: Signature | undefined }): Signature | undefined {
  return part.signature && part.signature.format !== "openai_responses" ? part.signature : undefined;
}
