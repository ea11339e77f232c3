import * as z from "zod/mini";
import { baseUrlSchema } from "../env/base-url.ts";

/** The variables of Google Cloud, shared by Gemini and Claude on Vertex AI. */
export const googleEnv = {
  GOOGLE_APPLICATION_CREDENTIALS_JSON: z
    .optional(z.string())
    .check(
      z.describe(
        "The content (not the path) of a Google credentials file of type `service_account`, `authorized_user` or `external_account`: JSON, or its base64 or base64url with or without padding. Enables Vertex AI.",
      ),
    ),
  GOOGLE_CLOUD_PROJECT: z
    .optional(z.string())
    .check(
      z.describe(
        "Project id for Vertex AI. Default: `GEMINI_CODE_PROJECT`, then the project in the credentials (a gcloud login file has none).",
      ),
    ),
  GEMINI_CODE_PROJECT: z
    .optional(z.string())
    .check(z.describe("Older name for `GOOGLE_CLOUD_PROJECT`, read if that is not set.")),
  VERTEX_LOCATION: z
    .optional(z.string())
    .check(
      z.describe(
        "Vertex AI location: a region such as `europe-west4`, or `us`, `eu`, `global`. Default: `GOOGLE_CLOUD_LOCATION`, then `global`.",
      ),
    ),
  GOOGLE_CLOUD_LOCATION: z
    .optional(z.string())
    .check(z.describe("Google's own name for `VERTEX_LOCATION`, read if that is not set.")),
  VERTEX_BASE_URL: z
    .optional(baseUrlSchema)
    .check(
      z.describe(
        "Base URL of Vertex AI, for a proxy or a test. Default: the location's host at googleapis.com.",
      ),
    ),
  GOOGLE_TOKEN_URL: z
    .optional(baseUrlSchema)
    .check(
      z.describe(
        "URL that exchanges Google credentials for an access token, for a proxy or a test. It replaces the address in the credentials, which must be a host of googleapis.com.",
      ),
    ),
};

export type GoogleConfig = z.infer<z.ZodMiniObject<typeof googleEnv>>;
