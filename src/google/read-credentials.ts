import { parseJsonSecret } from "../env/json-secret.ts";
import { credentialsSchema, type GoogleCredentials } from "./credentials.ts";
import type { GoogleConfig } from "./env.ts";
import { isGoogleUrl, isSubjectTokenUrl } from "./google-url.ts";

const VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS_JSON";

/** The secret → credentials, or what is wrong with it. Faults name fields, never values. */
export function readCredentials(
  config: Pick<GoogleConfig, "GOOGLE_APPLICATION_CREDENTIALS_JSON" | "GOOGLE_TOKEN_URL">,
): { credentials: GoogleCredentials } | { reason: string } {
  const secret = config.GOOGLE_APPLICATION_CREDENTIALS_JSON;
  if (secret === undefined)
    return { reason: `Set ${VARIABLE} to the content of a Google credentials file.` };
  const json = parseJsonSecret(secret);
  if (json === null) {
    return {
      reason: `${VARIABLE} is not a JSON object, raw or in base64: set it to the file's whole content, not its path.`,
    };
  }
  const parsed = credentialsSchema.safeParse(json);
  if (!parsed.success) return { reason: explainIssue(parsed.error.issues[0]?.path ?? []) };
  const fault = findHostileUrl(parsed.data, config.GOOGLE_TOKEN_URL !== undefined);
  return fault === null ? { credentials: parsed.data } : { reason: fault };
}

function explainIssue(path: readonly PropertyKey[]): string {
  const field = path.join(".");
  switch (field) {
    case "type":
      return `${VARIABLE} must be of type service_account, authorized_user or external_account.`;
    case "credential_source.url":
    case "credential_source.environment_id":
      return `${VARIABLE} uses a file, a program or AWS for its token; this server supports only a credential_source with a url.`;
    case "universe_domain":
      return `${VARIABLE} has an unsupported universe_domain: only googleapis.com can be used.`;
    default:
      return `${VARIABLE} lacks a valid ${field === "" ? "content" : field}; create a new credentials file.`;
  }
}

function findHostileUrl(credentials: GoogleCredentials, loopbackAllowed: boolean): string | null {
  const refuse = (field: string) =>
    `${VARIABLE} has a ${field} that is not an https address of googleapis.com, so it is not used.`;
  if (credentials.type !== "external_account")
    return isGoogleUrl(credentials.token_uri) ? null : refuse("token_uri");
  const {
    token_url,
    service_account_impersonation_url: impersonation,
    credential_source: source,
  } = credentials;
  if (!isGoogleUrl(token_url)) return refuse("token_url");
  if (impersonation !== undefined && !isGoogleUrl(impersonation))
    return refuse("service_account_impersonation_url");
  if (!isSubjectTokenUrl(source.url, loopbackAllowed))
    return `${VARIABLE} has a credential_source.url that is not an https address.`;
  return null;
}
