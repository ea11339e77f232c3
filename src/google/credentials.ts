import * as z from "zod/mini";

const TOKEN_URL = "https://oauth2.googleapis.com/token";
const STS_URL = "https://sts.googleapis.com/v1/token";

const common = {
  /** The project whose quota is used. It is sent with each call. */
  quota_project_id: z.optional(z.string().check(z.minLength(1))),
  /** Clouds other than Google's public one (sovereign clouds) use other hosts. */
  universe_domain: z.optional(z.literal("googleapis.com")),
};

/** A service account's key file. */
export const serviceAccountSchema = z.looseObject({
  type: z.literal("service_account"),
  client_email: z.string().check(z.minLength(1)),
  private_key: z.string().check(z.minLength(1)),
  private_key_id: z.optional(z.string().check(z.minLength(1))),
  project_id: z.optional(z.string().check(z.minLength(1))),
  token_uri: z._default(z.string().check(z.minLength(1)), TOKEN_URL),
  ...common,
});
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;

/** What `gcloud auth application-default login` writes. It names no project. */
export const authorizedUserSchema = z.looseObject({
  type: z.literal("authorized_user"),
  client_id: z.string().check(z.minLength(1)),
  client_secret: z.string().check(z.minLength(1)),
  refresh_token: z.string().check(z.minLength(1)),
  token_uri: z._default(z.string().check(z.minLength(1)), TOKEN_URL),
  ...common,
});
export type AuthorizedUser = z.infer<typeof authorizedUserSchema>;

/**
 * Workload identity federation. A URL is the only source that works without a file system and other
 * programs.
 */
export const externalAccountSchema = z.looseObject({
  type: z.literal("external_account"),
  audience: z.string().check(z.minLength(1)),
  subject_token_type: z.string().check(z.minLength(1)),
  token_url: z._default(z.string().check(z.minLength(1)), STS_URL),
  service_account_impersonation_url: z.optional(z.string().check(z.minLength(1))),
  credential_source: z.looseObject({
    url: z.string().check(z.minLength(1)),
    headers: z.optional(z.record(z.string(), z.string())),
    format: z.optional(
      z.looseObject({
        type: z._default(z.enum(["text", "json"]), "text"),
        subject_token_field_name: z.optional(z.string().check(z.minLength(1))),
      }),
    ),
    /** Set for AWS, which needs signed requests. */
    environment_id: z.optional(z.undefined()),
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
