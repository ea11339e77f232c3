import * as z from "zod";

/**
 * The content parts of a message in OpenAI's Responses API (POST /v1/responses). Objects are loose:
 * unknown fields are passed on to providers of this format.
 */
export const inputTextSchema = z.looseObject({ type: z.literal("input_text"), text: z.string() });

/** `image_url` is a URL or a data URL; `file_id` names a file stored at OpenAI. */
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

/** Content of a type that the chat model lacks. */
export const otherContentSchema = z.looseObject({
  type: z.string().refine((type) => !KNOWN_CONTENT.includes(type), {
    abort: true,
    error: "has missing or invalid fields",
  }),
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
