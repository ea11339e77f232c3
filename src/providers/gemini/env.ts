import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";
import { googleEnv } from "../../google/env.ts";

export const geminiEnv = {
  GEMINI_API_KEY: z
    .string()
    .optional()
    .describe("Key of the Gemini API; opens the provider `gemini`."),
  GOOGLE_API_KEY: z
    .string()
    .optional()
    .describe("Other name of `GEMINI_API_KEY`, read where that is not set."),
  GEMINI_TRANSPORT: z
    .enum(["api", "vertex"])
    .optional()
    .describe(
      "How Gemini is reached: `api` (the Gemini API with `GEMINI_API_KEY`) or `vertex` (Vertex AI with `GOOGLE_APPLICATION_CREDENTIALS_JSON`). Default: `api` where its key is set, else `vertex`.",
    ),
  GEMINI_BASE_URL: baseUrlSchema
    .default("https://generativelanguage.googleapis.com")
    .describe("The Gemini API behind a proxy or in a test."),
  GEMINI_DEFAULT_MODEL: z
    .string()
    .optional()
    .describe("The Gemini model where a request names none. Default: the catalog's."),
  ...googleEnv,
};

export type GeminiConfig = z.infer<z.ZodObject<typeof geminiEnv>>;
