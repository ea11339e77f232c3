import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";
import type { GoogleConfig } from "../../google/env.ts";

/** The variables of Claude, on Anthropic's own API or on Vertex AI. */
export const claudeEnv = {
  CLAUDE_TRANSPORT: z
    .enum(["anthropic", "vertex"])
    .optional()
    .describe(
      "How Claude is reached: `anthropic` (Anthropic's own API, the default) or `vertex` (Vertex AI with `GOOGLE_APPLICATION_CREDENTIALS_JSON`).",
    ),
  ANTHROPIC_API_KEY: z
    .string()
    .optional()
    .describe(
      "API key of the Anthropic console (`sk-ant-api…`). Preferred where `CLAUDE_ACCESS_TOKEN` is set too.",
    ),
  CLAUDE_ACCESS_TOKEN: z
    .string()
    .optional()
    .describe(
      "In place of an API key: an API key under this name, or an OAuth token (`sk-ant-oat…`) as `claude setup-token` prints it. Anthropic means OAuth tokens for its own applications and refuses many calls with them; use one for yourself alone, at your own risk. This server never poses as another program.",
    ),
  CLAUDE_CODE_OAUTH_TOKEN: z
    .string()
    .optional()
    .describe("Anthropic's own name of `CLAUDE_ACCESS_TOKEN`, read where that is not set."),
  ANTHROPIC_BASE_URL: baseUrlSchema
    .optional()
    .describe(
      "A server that speaks Anthropic's Messages API, for a proxy or a test. Default: `https://api.anthropic.com`.",
    ),
  CLAUDE_DEFAULT_MODEL: z
    .string()
    .optional()
    .describe("The Claude model where a request names none. Default: the catalog's."),
};

/** Includes Google's variables, which Gemini shares. */
export type ClaudeConfig = z.infer<z.ZodObject<typeof claudeEnv>> & GoogleConfig;
