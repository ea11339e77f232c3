import * as z from "zod/mini";
import { baseUrlSchema } from "../../env/base-url.ts";
import type { GoogleConfig } from "../../google/env.ts";

/** The variables of Claude, on Anthropic's own API or on Vertex AI. */
export const claudeEnv = {
  CLAUDE_TRANSPORT: z
    .optional(z.enum(["anthropic", "vertex"]))
    .check(
      z.describe(
        "How to reach Claude: `anthropic` (Anthropic's own API, the default) or `vertex` (Vertex AI with `GOOGLE_APPLICATION_CREDENTIALS_JSON`).",
      ),
    ),
  ANTHROPIC_API_KEY: z
    .optional(z.string())
    .check(
      z.describe(
        "API key from the Anthropic console (`sk-ant-api…`); enables the provider `claude`. It takes precedence over `CLAUDE_ACCESS_TOKEN`.",
      ),
    ),
  CLAUDE_ACCESS_TOKEN: z
    .optional(z.string())
    .check(
      z.describe(
        "An API key under another name, or an OAuth token (`sk-ant-oat…`) from `claude setup-token`. Anthropic intends OAuth tokens for its own applications and refuses many calls with them; use one only for yourself and at your own risk. This server never poses as another program.",
      ),
    ),
  CLAUDE_CODE_OAUTH_TOKEN: z
    .optional(z.string())
    .check(z.describe("Anthropic's own name for `CLAUDE_ACCESS_TOKEN`, read if that is not set.")),
  ANTHROPIC_BASE_URL: z
    .optional(baseUrlSchema)
    .check(
      z.describe(
        "Base URL of a server with Anthropic's Messages API, for a proxy or a test. Default: `https://api.anthropic.com`.",
      ),
    ),
  CLAUDE_DEFAULT_MODEL: z
    .optional(z.string())
    .check(z.describe("The Claude model if a request names none. Default: the catalog's.")),
};

/** Includes Google's variables, which Gemini shares. */
export type ClaudeConfig = z.infer<z.ZodMiniObject<typeof claudeEnv>> & GoogleConfig;
