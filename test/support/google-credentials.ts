import { exportPKCS8, generateKeyPair } from "jose";

export interface TestServiceAccount {
  publicKey: CryptoKey;
  /** The file's content. */
  file: Record<string, string>;
}

/** A service account's key file, with a key made for this run. */
export async function createServiceAccount(): Promise<TestServiceAccount> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  return {
    publicKey,
    file: {
      type: "service_account",
      project_id: "file-project",
      private_key_id: "key-1",
      private_key: await exportPKCS8(privateKey),
      client_email: "robot@file-project.iam.gserviceaccount.com",
      token_uri: "https://oauth2.googleapis.com/token",
    },
  };
}

/** What `gcloud auth application-default login` writes. */
export const AUTHORIZED_USER = {
  type: "authorized_user",
  client_id: "client.apps.googleusercontent.com",
  client_secret: "client-secret",
  refresh_token: "1//refresh-token",
};

export function createExternalAccount(subjectTokenUrl: string): Record<string, unknown> {
  return {
    type: "external_account",
    audience:
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/oidc",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { url: subjectTokenUrl, headers: { "x-metadata": "yes" } },
  };
}
