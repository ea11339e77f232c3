import * as z from "zod";

const TOKEN_URL = "https://oauth2.googleapis.com/token";
const STS_URL = "https://sts.googleapis.com/v1/token";

const common = {
  /** The project whose quota is used. It is sent with each call. */
  quota_project_id: z.string().min(1).optional(),
  /** Clouds other than Google's public one (sovereign clouds) use other hosts. */
  universe_domain: z.literal("googleapis.com").optional(),
};

/** A service account's key file. */
export const serviceAccountSchema = z.looseObject({
  type: z.literal("service_account"),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).optional(),
  project_id: z.string().min(1).optional(),
  token_uri: z.string().min(1).default(TOKEN_URL),
  ...common,
});
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;

/** What `gcloud auth application-default login` writes. It names no project. */
export const authorizedUserSchema = z.looseObject({
  type: z.literal("authorized_user"),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  refresh_token: z.string().min(1),
  token_uri: z.string().min(1).default(TOKEN_URL),
  ...common,
});
export type AuthorizedUser = z.infer<typeof authorizedUserSchema>;

/**
 * Workload identity federation. A URL is the only source that works without a file system and other
 * programs.
 */
export const externalAccountSchema = z.looseObject({
  type: z.literal("external_account"),
  audience: z.string().min(1),
  subject_token_type: z.string().min(1),
  token_url: z.string().min(1).default(STS_URL),
  service_account_impersonation_url: z.string().min(1).optional(),
  credential_source: z.looseObject({
    url: z.string().min(1),
    headers: z.record(z.string(), z.string()).optional(),
    format: z
      .looseObject({
        type: z.enum(["text", "json"]).default("text"),
        subject_token_field_name: z.string().min(1).optional(),
      })
      .optional(),
    /** Set for AWS, which needs signed requests. */
    environment_id: z.undefined().optional(),
  }),
  ...common,
});
export type ExternalAccount = z.infer<typeof externalAccountSchema>;

export const credentialsSchema = z.discriminatedUnion("type", [
  serviceAccountSchema,
  authorizedUserSchema,
  externalAccountSchema,
]);
export type GoogleCredentials = z.infer<typeof credentialsSchema>;
