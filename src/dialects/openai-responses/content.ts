import * as z from "zod";

/**
 * The pieces of a message's content in OpenAI's Responses API (POST /v1/responses). Objects are loose: what OpenAI adds to them is
 * carried to a provider of this format and is none of our business.
 */
export const inputTextSchema = z.looseObject({ type: z.literal("input_text"), text: z.string() });

/** `image_url` is a URL or a data URL; `file_id` names a file at OpenAI. */
export const inputImageSchema = z.looseObject({
  type: z.literal("input_image"),
  image_url: z.string().nullish(),
  file_id: z.string().nullish(),
});

/** `file_data` is a data URL. */
export const inputFileSchema = z.looseObject({
  type: z.literal("input_file"),
  file_data: z.string().nullish(),
  file_url: z.string().nullish(),
  file_id: z.string().nullish(),
  filename: z.string().nullish(),
});

export const outputTextSchema = z.looseObject({ type: z.literal("output_text"), text: z.string() });
export const refusalSchema = z.looseObject({ type: z.literal("refusal"), refusal: z.string() });

const KNOWN_CONTENT = ["input_text", "input_image", "input_file", "output_text", "refusal"];

/** Content of a kind that this server has no word for. */
export const otherContentSchema = z.looseObject({
  type: z
    .string()
    .refine((type) => !KNOWN_CONTENT.includes(type), { abort: true, error: "is not complete" }),
});

export const contentPartSchema = z.union([
  z.discriminatedUnion("type", [
    inputTextSchema,
    inputImageSchema,
    inputFileSchema,
    outputTextSchema,
    refusalSchema,
  ]),
  otherContentSchema,
]);
export type ContentPart = z.infer<typeof contentPartSchema>;
