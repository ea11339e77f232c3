import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";
import { googleEnv } from "../../google/env.ts";

export const geminiEnv = {
  GEMINI_API_KEY: z.string().optional().describe("Gemini API key; enables the provider `gemini`."),
  GOOGLE_API_KEY: z
    .string()
    .optional()
    .describe("Another name for `GEMINI_API_KEY`, read if that is not set."),
  GEMINI_TRANSPORT: z
    .enum(["api", "vertex"])
    .optional()
    .describe(
      "How to reach Gemini: `api` (the Gemini API with `GEMINI_API_KEY`) or `vertex` (Vertex AI with `GOOGLE_APPLICATION_CREDENTIALS_JSON`). Default: `api` if its key is set, otherwise `vertex`.",
    ),
  GEMINI_BASE_URL: baseUrlSchema
    .default("https://generativelanguage.googleapis.com")
    .describe("Base URL of the Gemini API, for a proxy or a test."),
  GEMINI_DEFAULT_MODEL: z
    .string()
    .optional()
    .describe("The Gemini model if a request names none. Default: the catalog's."),
  ...googleEnv,
};

export type GeminiConfig = z.infer<z.ZodObject<typeof geminiEnv>>;
