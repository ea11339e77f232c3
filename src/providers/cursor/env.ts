import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";

export const cursorEnv = {
  CURSOR_API_KEY: z
    .string()
    .optional()
    .describe(
      "Key of Cursor's Cloud Agents API (dashboard, Integrations); opens the provider `cursor`. Each call is billed.",
    ),
  CURSOR_AUTH_JSON: z
    .string()
    .optional()
    .describe(
      "Cursor's `auth.json`, raw or as base64; its `apiKey` is used where `CURSOR_API_KEY` is not set.",
    ),
  CURSOR_BASE_URL: baseUrlSchema
    .default("https://api.cursor.com")
    .describe("Cursor's Cloud Agents API behind a proxy or in a test."),
  CURSOR_DEFAULT_MODEL: z
    .string()
    .default("default")
    .describe(
      "The Cursor model where a request names none; `default` is the one that is set in the Cursor account.",
    ),
};

export type CursorConfig = z.infer<z.ZodObject<typeof cursorEnv>>;
