import * as z from "zod/mini";
import { baseUrlSchema } from "../../env/base-url.ts";

export const cursorEnv = {
  CURSOR_API_KEY: z
    .optional(z.string())
    .check(
      z.describe(
        "Key for Cursor's Cloud Agents API (dashboard, Integrations); enables the provider `cursor`. Each call is billed.",
      ),
    ),
  CURSOR_AUTH_JSON: z
    .optional(z.string())
    .check(
      z.describe(
        "Cursor's `auth.json`, raw or as base64; its `apiKey` is used if `CURSOR_API_KEY` is not set.",
      ),
    ),
  CURSOR_BASE_URL: z
    ._default(baseUrlSchema, "https://api.cursor.com")
    .check(z.describe("Base URL of Cursor's Cloud Agents API, for a proxy or a test.")),
  CURSOR_DEFAULT_MODEL: z
    ._default(z.string(), "default")
    .check(
      z.describe(
        "The Cursor model if a request names none; `default` is the model set in the Cursor account.",
      ),
    ),
};

export type CursorConfig = z.infer<z.ZodMiniObject<typeof cursorEnv>>;
