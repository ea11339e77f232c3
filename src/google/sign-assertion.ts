import { SignJWT } from "jose/jwt/sign";
import { importPKCS8 } from "jose/key/import";
import { ChatError } from "../errors/chat-error.ts";
import { defined } from "../json/defined.ts";
import type { ServiceAccount } from "./credentials.ts";

/** What an access token may be used for. */
export const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

const LIFETIME_SECONDS = 3600;

/**
 * A service account's proof of identity for the token exchange (RFC 7523,
 * developers.google.com/identity/protocols/oauth2/service-account).
 */
export async function signAssertion(account: ServiceAccount, nowMs: number): Promise<string> {
  const key = await importKey(account.private_key);
  const issuedAt = Math.floor(nowMs / 1000);
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader(defined({ alg: "RS256", typ: "JWT", kid: account.private_key_id }))
    .setIssuer(account.client_email)
    .setAudience(account.token_uri)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS)
    .sign(key);
}

async function importKey(pem: string): ReturnType<typeof importPKCS8> {
  try {
    // The line breaks may be escaped twice if the JSON went through a shell.
    return await importPKCS8(pem.replaceAll("\\n", "\n"), "RS256");
  } catch {
    throw new ChatError("upstream_auth", {
      message:
        "The private_key in GOOGLE_APPLICATION_CREDENTIALS_JSON is not a PKCS #8 RSA key; the operator must replace it.",
      logReason: "google_private_key",
    });
  }
}
