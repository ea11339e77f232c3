import * as z from "zod/mini";
import { jsonObjectSchema } from "../json/json-object.ts";
import { strictObject } from "../json/object-schema.ts";
import { extrasSchema, formatSchema, signatureSchema } from "./format.ts";

/**
 * A prompt-cache hint: the vendor may cache everything up to and including what has the hint, for
 * `ttl`.
 */
export const cacheSchema = strictObject({
  best_effort: z.optional(z.boolean()).register(z.globalRegistry, {
    description:
      "True: the caller relies on vendors that cache by themselves, so nothing is lost without it.",
  }),
  ttl: z.optional(z.enum(["5m", "1h"])),
});
export type Cache = z.infer<typeof cacheSchema>;

const media = {
  media_type: z.optional(z.string().check(z.maxLength(255))).register(z.globalRegistry, {
    description: "For example `image/png` or `application/pdf`; required with `data`.",
  }),
  data: z
    .optional(z.string())
    .register(z.globalRegistry, { description: "The content, as base64." }),
  url: z.optional(z.string().check(z.maxLength(8192))).register(z.globalRegistry, {
    description: "A public URL that the vendor fetches; this server never does.",
  }),
};

const common = {
  cache: z
    .optional(cacheSchema)
    .register(z.globalRegistry, { description: "The vendor may cache the prompt up to here." }),
  extras: z.optional(extrasSchema).register(z.globalRegistry, {
    description: "Fields of a vendor's own format, by format; not checked here.",
  }),
};

export const textPartSchema = strictObject({
  type: z.literal("text"),
  text: z.string(),
  refusal: z.optional(z.boolean()).register(z.globalRegistry, {
    description: "True if the model says here why it declines to answer.",
  }),
  signature: z.optional(signatureSchema),
  ...common,
});
export type TextPart = z.infer<typeof textPartSchema>;

/**
 * Either `data` (base64, with `media_type`) or `url`. The URL is passed to the vendor as text; this
 * server never fetches it.
 */
export const imagePartSchema = strictObject({
  type: z.literal("image"),
  ...media,
  ...common,
});
export type ImagePart = z.infer<typeof imagePartSchema>;

/** A PDF or plain-text document: `data` (base64, with `media_type`), `url` or `text`. */
export const documentPartSchema = strictObject({
  type: z.literal("document"),
  ...media,
  text: z
    .optional(z.string())
    .register(z.globalRegistry, { description: "The document itself, if it is plain text." }),
  title: z.optional(z.string()),
  ...common,
});
export type DocumentPart = z.infer<typeof documentPartSchema>;

/** The model's reasoning. `text` may be empty if the vendor shows only the signature. */
export const reasoningPartSchema = strictObject({
  type: z.literal("reasoning"),
  text: z.string(),
  redacted: z
    .optional(z.boolean())
    .register(z.globalRegistry, { description: "True if the vendor hides the text." }),
  signature: z.optional(signatureSchema),
  ...common,
});
export type ReasoningPart = z.infer<typeof reasoningPartSchema>;

/**
 * A tool call by the model. `arguments_text` is present only if the vendor's text differs from
 * `JSON.stringify(arguments)`: other white space, or no JSON object at all (then `arguments` is
 * `{}`, and only the text counts; see `isBroken`).
 */
export const toolCallPartSchema = strictObject({
  type: z.literal("tool_call"),
  id: z.string().check(z.minLength(1)),
  name: z.string().check(z.minLength(1)),
  arguments: jsonObjectSchema,
  arguments_text: z.optional(z.string()).register(z.globalRegistry, {
    description: "The vendor's own text, if it is not the compact JSON of `arguments`.",
  }),
  signature: z.optional(signatureSchema),
  ...common,
});
export type ToolCallPart = z.infer<typeof toolCallPartSchema>;

/**
 * A part in a vendor's own format, only for providers of that format (server tools, citations,
 * compaction, …).
 */
export const opaquePartSchema = strictObject({
  type: z.literal("opaque"),
  format: formatSchema,
  value: jsonObjectSchema,
  text: z.optional(z.string()).register(z.globalRegistry, {
    description:
      "What a vendor of another format is told instead; empty if nothing is lost without the part.",
  }),
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

export const toolResultPartSchema = strictObject({
  type: z.literal("tool_result"),
  tool_call_id: z.string().check(z.minLength(1)).register(z.globalRegistry, {
    description: "The `id` of the call that this is the result of.",
  }),
  name: z.optional(z.string()).register(z.globalRegistry, {
    description: "The tool's name. Default: the name in the call with this id.",
  }),
  content: toolResultContentSchema,
  is_error: z
    .optional(z.boolean())
    .register(z.globalRegistry, { description: "True if the tool failed." }),
  ...common,
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
