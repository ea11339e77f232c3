import * as z from "zod/mini";
import { looseObject } from "../../json/object-schema.ts";

/**
 * The content parts of a message in OpenAI's Responses API (POST /v1/responses). Objects are loose:
 * unknown fields are passed on to providers of this format.
 */
export const inputTextSchema = looseObject({ type: z.literal("input_text"), text: z.string() });

/** `image_url` is a URL or a data URL; `file_id` names a file stored at OpenAI. */
export const inputImageSchema = looseObject({
  type: z.literal("input_image"),
  image_url: z.nullish(z.string()),
  file_id: z.nullish(z.string()),
});

/** `file_data` is a data URL. */
export const inputFileSchema = looseObject({
  type: z.literal("input_file"),
  file_data: z.nullish(z.string()),
  file_url: z.nullish(z.string()),
  file_id: z.nullish(z.string()),
  filename: z.nullish(z.string()),
});

export const outputTextSchema = looseObject({ type: z.literal("output_text"), text: z.string() });
export const refusalSchema = looseObject({ type: z.literal("refusal"), refusal: z.string() });

const KNOWN_CONTENT = ["input_text", "input_image", "input_file", "output_text", "refusal"];

/** Content of a type that the chat model lacks. */
export const otherContentSchema = looseObject({
  type: z.string().check(
    z.refine((type) => !KNOWN_CONTENT.includes(type), {
      abort: true,
      error: "has missing or invalid fields",
    }),
  ),
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
