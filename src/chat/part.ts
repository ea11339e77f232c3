import * as z from "zod";
import { jsonObjectSchema } from "../json/json-object.ts";
import { extrasSchema, formatSchema, signatureSchema } from "./format.ts";

/** A prompt-cache hint: everything up to and including what carries it may be cached by the vendor for `ttl`. */
export const cacheSchema = z.strictObject({ ttl: z.enum(["5m", "1h"]).optional() });
export type Cache = z.infer<typeof cacheSchema>;

const media = {
  media_type: z
    .string()
    .max(255)
    .optional()
    .describe("Such as `image/png` or `application/pdf`; needed with `data`."),
  data: z.string().optional().describe("The content in base64."),
  url: z
    .string()
    .max(8192)
    .optional()
    .describe("Where the vendor finds it; this server never fetches it."),
};

const carried = {
  cache: cacheSchema.optional().describe("What stands up to here may be cached by the vendor."),
  extras: extrasSchema.optional().describe("Fields of a vendor's own format, by format."),
};

export const textPartSchema = z.strictObject({
  type: z.literal("text"),
  text: z.string(),
  signature: signatureSchema.optional(),
  ...carried,
});
export type TextPart = z.infer<typeof textPartSchema>;

/** Either `data` (base64, with `media_type`) or `url`. The URL is handed to the vendor as text; this server never fetches it. */
export const imagePartSchema = z.strictObject({
  type: z.literal("image"),
  ...media,
  ...carried,
});
export type ImagePart = z.infer<typeof imagePartSchema>;

/** A PDF or plain-text document: `data` (base64, with `media_type`), `url` or `text`. */
export const documentPartSchema = z.strictObject({
  type: z.literal("document"),
  ...media,
  text: z.string().optional().describe("The document itself, where it is plain text."),
  title: z.string().optional(),
  ...carried,
});
export type DocumentPart = z.infer<typeof documentPartSchema>;

/** What the model thought. `text` may be empty where the vendor shows only the signature; `redacted` where it hides the text. */
export const reasoningPartSchema = z.strictObject({
  type: z.literal("reasoning"),
  text: z.string(),
  redacted: z.boolean().optional().describe("Whether the vendor hides the text."),
  signature: signatureSchema.optional(),
  ...carried,
});
export type ReasoningPart = z.infer<typeof reasoningPartSchema>;

/**
 * A call that the model asks for. `arguments_text` is there only when the vendor's text is not what `JSON.stringify(arguments)`
 * gives: other white space, or JSON that was cut off (then `arguments` is `{}`).
 */
export const toolCallPartSchema = z.strictObject({
  type: z.literal("tool_call"),
  id: z.string().min(1),
  name: z.string().min(1),
  arguments: jsonObjectSchema,
  arguments_text: z
    .string()
    .optional()
    .describe("The vendor's own text of the arguments, where it differs from theirs as JSON."),
  signature: signatureSchema.optional(),
  ...carried,
});
export type ToolCallPart = z.infer<typeof toolCallPartSchema>;

/** A part in a format's own words, for a provider of that format alone (server tools, citations, compaction, …). */
export const opaquePartSchema = z.strictObject({
  type: z.literal("opaque"),
  format: formatSchema,
  value: jsonObjectSchema,
});
export type OpaquePart = z.infer<typeof opaquePartSchema>;

const toolResultContentSchema = z.union([
  z.string(),
  z.array(
    z.discriminatedUnion("type", [
      textPartSchema,
      imagePartSchema,
      documentPartSchema,
      opaquePartSchema,
    ]),
  ),
]);

export const toolResultPartSchema = z.strictObject({
  type: z.literal("tool_result"),
  tool_call_id: z.string().min(1),
  name: z
    .string()
    .optional()
    .describe(
      "The tool's name; where it is missing it is found from the call with the same id (Google needs it).",
    ),
  content: toolResultContentSchema,
  is_error: z.boolean().optional().describe("Whether the tool failed."),
  ...carried,
});
export type ToolResultPart = z.infer<typeof toolResultPartSchema>;

export const partSchema = z.discriminatedUnion("type", [
  textPartSchema,
  imagePartSchema,
  documentPartSchema,
  reasoningPartSchema,
  toolCallPartSchema,
  toolResultPartSchema,
  opaquePartSchema,
]);
export type Part = z.infer<typeof partSchema>;
