import { createAuthenticator } from "../../src/auth/create-authenticator.ts";
import { decodeToken } from "../../src/auth/decode-token.ts";
import type { AuthConfig } from "../../src/auth/env.ts";
import type { Principal } from "../../src/auth/principal.ts";
import { SCOPES } from "../../src/auth/scope.ts";
import { ChatError } from "../../src/errors/chat-error.ts";
import type { Bucket } from "../../src/limits/bucket.ts";

/**
 * What a token says, whether this server's settings accept it, and what it may use by them, as text
 * for people. Nothing is sent anywhere.
 */
export async function inspectToken(
  token: string,
  config: AuthConfig,
  now: number,
): Promise<string> {
  const decoded = decode(token);
  if (typeof decoded === "string") return `It is no token that the server reads: ${decoded}`;
  const { header, claims } = decoded;
  const lines = [
    `header   ${JSON.stringify(header)}`,
    `claims   ${JSON.stringify(claims, null, 2).replaceAll("\n", "\n         ")}`,
    ...["iat", "nbf", "exp"].flatMap((name) => describeTime(name, claims[name], now)),
  ];
  const authenticator = createAuthenticator(config, { fetch, now: () => now });
  if (!authenticator.configured)
    return [
      ...lines,
      "",
      "Not verified: no key is set, neither in the environment nor in .env.",
    ].join("\n");
  const request = new Request("http://localhost/", {
    headers: { authorization: `Bearer ${token}` },
  });
  const judged = await authenticator.authenticate(request).catch((thrown: unknown) => {
    if (thrown instanceof ChatError) return thrown;
    throw thrown;
  });
  if (judged instanceof ChatError)
    return [...lines, "", `Refused: ${judged.logReason ?? judged.message}`].join("\n");
  return [...lines, "", "Accepted.", ...describePolicy(judged)].join("\n");
}

function decode(token: string) {
  try {
    return decodeToken(token);
  } catch (thrown) {
    if (thrown instanceof ChatError) return thrown.logReason ?? thrown.code;
    throw thrown;
  }
}

function describeTime(name: string, value: unknown, now: number): string[] {
  if (typeof value !== "number") return [];
  const seconds = Math.round(value - now / 1000);
  const distance = seconds < 0 ? `${-seconds} s ago` : `in ${seconds} s`;
  return [`${name}      ${new Date(value * 1000).toISOString()}, ${distance}`];
}

function describePolicy({ subject, issuer, policy }: Principal): string[] {
  const { tenant, session, maxInputTokens, maxOutputTokens, buckets } = policy;
  const tokens = (count: number | null) => (count === null ? "no limit" : `${count} tokens`);
  return [
    `subject  ${subject}, of issuer ${issuer}`,
    ...(tenant === null ? [] : [`tenant   ${tenant}`]),
    ...(session === null ? [] : [`session  ${session}`]),
    `scope    ${SCOPES.filter(policy.hasScope).join(" ") || "nothing"}`,
    `input    ${tokens(maxInputTokens)} a call`,
    `output   ${tokens(maxOutputTokens)} a call`,
    ...(buckets.length === 0
      ? ["limits   none"]
      : buckets.map((bucket) => `limit    ${describeLimit(bucket)}`)),
  ];
}

/** As `60 requests per subject in 60 s`. */
export function describeLimit(bucket: Bucket): string {
  const shadow = bucket.shadow ? " (shadow: counted, not enforced)" : "";
  return `${describeSize(bucket)}${shadow}`;
}

function describeSize(bucket: Bucket): string {
  const { limit, per } = bucket;
  switch (bucket.kind) {
    case "requests":
    case "tokens":
      return `${limit} ${bucket.kind} per ${per} in ${bucket.windowMs / 1000} s`;
    case "concurrent":
      return `${limit} calls at once per ${per}`;
    case "usd": {
      const dollars = `${limit / 1e6} dollars per ${per}`;
      return bucket.period === "none" ? dollars : `${dollars} and UTC ${bucket.period}`;
    }
  }
}
