import * as z from "zod/mini";
import { baseUrlSchema } from "../../env/base-url.ts";

export const openaiEnv = {
  OPENAI_API_KEY: z
    .optional(z.string())
    .check(z.describe("OpenAI API key; enables the provider `openai`.")),
  OPENAI_BASE_URL: z
    ._default(baseUrlSchema, "https://api.openai.com/v1")
    .check(
      z.describe(
        "Base URL of the OpenAI API with its version, for a proxy or a test; `/responses` and `/embeddings` are appended.",
      ),
    ),
  OPENAI_ORGANIZATION: z
    .optional(z.string())
    .check(z.describe("The organization to bill, if the key belongs to several.")),
  OPENAI_PROJECT: z
    .optional(z.string())
    .check(z.describe("The project to bill, if the key belongs to several.")),
  OPENAI_DEFAULT_MODEL: z
    .optional(z.string())
    .check(z.describe("The OpenAI model if a request names none. Default: the catalog's.")),
};

export type OpenaiConfig = z.infer<z.ZodMiniObject<typeof openaiEnv>>;
