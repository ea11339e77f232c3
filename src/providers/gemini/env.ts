import * as z from "zod/mini";
import { baseUrlSchema } from "../../env/base-url.ts";
import { googleEnv } from "../../google/env.ts";

export const geminiEnv = {
  GEMINI_API_KEY: z
    .optional(z.string())
    .check(z.describe("Gemini API key; enables the provider `gemini`.")),
  GOOGLE_API_KEY: z
    .optional(z.string())
    .check(z.describe("Another name for `GEMINI_API_KEY`, read if that is not set.")),
  GEMINI_TRANSPORT: z
    .optional(z.enum(["api", "vertex"]))
    .check(
      z.describe(
        "How to reach Gemini: `api` (the Gemini API with `GEMINI_API_KEY`) or `vertex` (Vertex AI with `GOOGLE_APPLICATION_CREDENTIALS_JSON`). Default: `api` if its key is set, otherwise `vertex`.",
      ),
    ),
  GEMINI_BASE_URL: z
    ._default(baseUrlSchema, "https://generativelanguage.googleapis.com")
    .check(z.describe("Base URL of the Gemini API, for a proxy or a test.")),
  GEMINI_DEFAULT_MODEL: z
    .optional(z.string())
    .check(z.describe("The Gemini model if a request names none. Default: the catalog's.")),
  ...googleEnv,
};

export type GeminiConfig = z.infer<z.ZodMiniObject<typeof geminiEnv>>;
