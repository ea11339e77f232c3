import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";

export const cursorEnv = {
  CURSOR_API_KEY: z
    .string()
    .optional()
    .describe(
      "Key for Cursor's Cloud Agents API (dashboard, Integrations); enables the provider `cursor`. Each call is billed.",
    ),
  CURSOR_AUTH_JSON: z
    .string()
    .optional()
    .describe(
      "Cursor's `auth.json`, raw or as base64; its `apiKey` is used if `CURSOR_API_KEY` is not set.",
    ),
  CURSOR_BASE_URL: baseUrlSchema
    .default("https://api.cursor.com")
    .describe("Base URL of Cursor's Cloud Agents API, for a proxy or a test."),
  CURSOR_DEFAULT_MODEL: z
    .string()
    .default("default")
    .describe(
      "The Cursor model if a request names none; `default` is the model set in the Cursor account.",
    ),
};

export type CursorConfig = z.infer<z.ZodObject<typeof cursorEnv>>;
