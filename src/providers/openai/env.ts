import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";

export const openaiEnv = {
  OPENAI_API_KEY: z.string().optional().describe("OpenAI API key; enables the provider `openai`."),
  OPENAI_BASE_URL: baseUrlSchema
    .default("https://api.openai.com/v1")
    .describe(
      "Base URL of the OpenAI API with its version, for a proxy or a test; `/responses` and `/embeddings` are appended.",
    ),
  OPENAI_ORGANIZATION: z
    .string()
    .optional()
    .describe("The organization to bill, if the key belongs to several."),
  OPENAI_PROJECT: z
    .string()
    .optional()
    .describe("The project to bill, if the key belongs to several."),
  OPENAI_DEFAULT_MODEL: z
    .string()
    .optional()
    .describe("The OpenAI model if a request names none. Default: the catalog's."),
};

export type OpenaiConfig = z.infer<z.ZodObject<typeof openaiEnv>>;
