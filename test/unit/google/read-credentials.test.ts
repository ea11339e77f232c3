import { describe, expect, test } from "bun:test";
import { readCredentials } from "../../../src/google/read-credentials.ts";
import {
  AUTHORIZED_USER,
  createExternalAccount,
  createServiceAccount,
} from "../../support/google-credentials.ts";

const account = (await createServiceAccount()).file;

function read(file: unknown, tokenUrl?: string) {
  const env = {
    GOOGLE_APPLICATION_CREDENTIALS_JSON: typeof file === "string" ? file : JSON.stringify(file),
  };
  return readCredentials(tokenUrl === undefined ? env : { ...env, GOOGLE_TOKEN_URL: tokenUrl });
}

function reasonOf(file: unknown, tokenUrl?: string): string {
  const result = read(file, tokenUrl);
  return "reason" in result ? result.reason : "";
}

describe("the forms of the secret", () => {
  // Content whose base64 needs padding of each length.
  for (const filler of ["", "x", "xx"]) {
    const json = JSON.stringify({ ...account, filler });
    const base64 = Buffer.from(json).toString("base64");
    const forms: Record<string, string> = {
      raw: json,
      "raw, pretty": JSON.stringify({ ...account, filler }, null, 2),
      base64,
      "base64 in lines": base64.replace(/(.{76})/g, "$1\n"),
      base64url: Buffer.from(json).toString("base64url"),
      "what `grep X | cut -d= -f2` leaves of base64":
        `GOOGLE_APPLICATION_CREDENTIALS_JSON=${base64}`.split("=")[1] ?? "",
      "quoted, with white space": ` "${base64}" \n`,
    };
    for (const [name, text] of Object.entries(forms)) {
      test(`${name}, filled with "${filler}"`, () => {
        expect(read(text)).toMatchObject({
          credentials: { type: "service_account", client_email: account.client_email },
        });
      });
    }
  }
});

describe("faults name fields, never values", () => {
  test("nothing set, no JSON, a path", () => {
    expect(readCredentials({})).toEqual({
      reason:
        "Set GOOGLE_APPLICATION_CREDENTIALS_JSON to the content of a Google credentials file.",
    });
    for (const text of ["/root/key.json", "{broken", "e30", "[]", "secret-canary"]) {
      const reason = reasonOf(text);
      expect(reason).toContain("GOOGLE_APPLICATION_CREDENTIALS_JSON");
      expect(reason).not.toContain("canary");
    }
  });

  test("an unknown type, a missing field, another universe", () => {
    expect(reasonOf({ type: "impersonated_service_account" })).toContain("must be of type");
    const { private_key: _, ...keyless } = account;
    expect(reasonOf(keyless)).toContain("private_key");
    expect(reasonOf({ ...AUTHORIZED_USER, refresh_token: 5 })).toContain("refresh_token");
    expect(reasonOf({ ...account, universe_domain: "example.com" })).toContain("universe_domain");
  });

  test("an external account that needs a file system, another program or AWS", () => {
    const external = createExternalAccount("https://token.example/subject");
    for (const credential_source of [
      { file: "/var/token" },
      { executable: { command: "x" } },
      { environment_id: "aws1", url: "http://169.254.169.254/latest" },
    ]) {
      expect(reasonOf({ ...external, credential_source })).toContain(
        "only a credential_source with a url",
      );
    }
  });
});

describe("URLs that secrets are sent to", () => {
  const HOSTILE = [
    "http://oauth2.googleapis.com/token",
    "https://oauth2.googleapis.com.evil.example/token",
    "https://evilgoogleapis.com/token",
    "https://evil.example/token",
    "https://evil.example/oauth2.googleapis.com",
    "https://user@oauth2.googleapis.com/token",
    "https://oauth2.googleapis.com:8443/token",
    "https://127.0.0.1/token",
    "http://127.0.0.1:9000/token",
    "http://169.254.169.254/token",
    "https://[::1]/token",
    "file:///etc/passwd",
    "oauth2.googleapis.com/token",
  ];

  for (const url of HOSTILE) {
    test(`${url} is refused as token_uri, with or without GOOGLE_TOKEN_URL`, () => {
      for (const tokenUrl of [undefined, "http://127.0.0.1:9/token"]) {
        expect(reasonOf({ ...account, token_uri: url }, tokenUrl)).toContain("token_uri");
        expect(reasonOf({ ...AUTHORIZED_USER, token_uri: url }, tokenUrl)).toContain("token_uri");
        const external = createExternalAccount("https://token.example/subject");
        expect(reasonOf({ ...external, token_url: url }, tokenUrl)).toContain("token_url");
        expect(
          reasonOf({ ...external, service_account_impersonation_url: url }, tokenUrl),
        ).toContain("impersonation_url");
      }
    });
  }

  test("hosts of googleapis.com are accepted", () => {
    for (const url of [
      "https://oauth2.googleapis.com/token",
      "https://sts.europe-west4.rep.googleapis.com/v1/token",
    ]) {
      expect(read({ ...account, token_uri: url })).toHaveProperty("credentials");
    }
  });

  test("a subject token may come from any https host, and from a cloud's metadata address", () => {
    for (const url of [
      "https://token.example/subject",
      "http://169.254.169.254/metadata/identity",
    ]) {
      expect(read(createExternalAccount(url))).toHaveProperty("credentials");
    }
    for (const url of [
      "http://token.example/subject",
      "http://127.0.0.1:9/subject",
      "https://localhost/x",
      "ftp://token.example/x",
    ]) {
      expect(reasonOf(createExternalAccount(url))).toContain("credential_source.url");
    }
  });

  test("and from loopback only if GOOGLE_TOKEN_URL is set", () => {
    expect(
      read(createExternalAccount("http://127.0.0.1:9/subject"), "http://127.0.0.1:9/token"),
    ).toHaveProperty("credentials");
    expect(
      reasonOf(createExternalAccount("http://10.0.0.1/subject"), "http://127.0.0.1:9/token"),
    ).toContain("credential_source.url");
  });
});
