import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";

export const openaiEnv = {
  OPENAI_API_KEY: z
    .string()
    .optional()
    .describe("Key of the OpenAI API; opens the provider `openai`."),
  OPENAI_BASE_URL: baseUrlSchema
    .default("https://api.openai.com/v1")
    .describe(
      "The OpenAI API behind a proxy or in a test, with its version: `/responses` is appended.",
    ),
  OPENAI_ORGANIZATION: z
    .string()
    .optional()
    .describe("The organization that is billed, where the key belongs to several."),
  OPENAI_PROJECT: z
    .string()
    .optional()
    .describe("The project that is billed, where the key belongs to several."),
  OPENAI_DEFAULT_MODEL: z
    .string()
    .optional()
    .describe("The OpenAI model where a request names none. Default: the catalog's."),
};

export type OpenaiConfig = z.infer<z.ZodObject<typeof openaiEnv>>;
