import * as z from "zod";
import { baseUrlSchema } from "../env/base-url.ts";

/** The variables of Google Cloud, shared by Gemini and Claude on Vertex AI. */
export const googleEnv = {
  GOOGLE_APPLICATION_CREDENTIALS_JSON: z
    .string()
    .optional()
    .describe(
      "The content (not the path) of a Google credentials file of type `service_account`, `authorized_user` or `external_account`, as JSON or as its base64 or base64url, padded or not. Opens Vertex AI.",
    ),
  GOOGLE_CLOUD_PROJECT: z
    .string()
    .optional()
    .describe(
      "Project id for Vertex AI. Default: `GEMINI_CODE_PROJECT`, then the one in the credentials (a gcloud login file has none).",
    ),
  GEMINI_CODE_PROJECT: z
    .string()
    .optional()
    .describe("Older name of `GOOGLE_CLOUD_PROJECT`, read where that is not set."),
  VERTEX_LOCATION: z
    .string()
    .optional()
    .describe(
      "Vertex AI location: a region such as `europe-west4`, or `us`, `eu`, `global`. Default: `GOOGLE_CLOUD_LOCATION`, then `global`.",
    ),
  GOOGLE_CLOUD_LOCATION: z
    .string()
    .optional()
    .describe("Google's own name of `VERTEX_LOCATION`, read where that is not set."),
  VERTEX_BASE_URL: baseUrlSchema
    .optional()
    .describe(
      "Vertex AI behind a proxy or in a test. Default: the location's host of googleapis.com.",
    ),
  GOOGLE_TOKEN_URL: baseUrlSchema
    .optional()
    .describe(
      "Where Google credentials are exchanged for an access token, in place of the address in the credentials (which must be a host of googleapis.com). For a proxy or a test.",
    ),
};

export type GoogleConfig = z.infer<z.ZodObject<typeof googleEnv>>;
