import { ConfigError } from "../env/config-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Platform } from "../platform.ts";
import type { AuthConfig } from "./env.ts";
import { createKeyRing, createUnnamedKeySource, type KeySource } from "./key-source.ts";
import { createPolicyReader } from "./policy.ts";
import type { Principal } from "./principal.ts";
import { createPublicKeySource } from "./public-key.ts";
import { readBearer, type TokenReader } from "./read-token.ts";
import type { Revocations } from "./revocations.ts";
import { createSecretKey, requireSecret, SECRET_ALGORITHM } from "./secret-key.ts";
import { createTokenVerifier } from "./verify-token.ts";

export interface Authenticator {
  /**
   * Whether a key is configured. Without one, nobody is let in: the server is never open by
   * default.
   */
  readonly configured: boolean;
  /** Who sent this request. Rejects with `unauthenticated` or `auth_not_configured`. */
  authenticate(request: Request, readToken?: TokenReader): Promise<Principal>;
}

/** Throws a ConfigError for settings that are unsafe to start with. */
export function createAuthenticator(
  config: AuthConfig,
  { now }: Pick<Platform, "now">,
  revocations?: Pick<Revocations, "check">,
): Authenticator {
  const keys = createKeySource(config);
  if (!keys) {
    return {
      configured: false,
      authenticate: () => Promise.reject(new ChatError("auth_not_configured")),
    };
  }
  const verifyToken = createTokenVerifier(
    keys,
    {
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      toleranceSeconds: config.JWT_TOLERANCE_SECONDS,
      maxLifetimeSeconds: config.JWT_MAX_LIFETIME_SECONDS,
    },
    createPolicyReader(config),
    now,
  );
  return {
    configured: true,
    async authenticate(request, readToken = readBearer) {
      const principal = await verifyToken(readToken(request.headers));
      await revocations?.check(principal);
      return principal;
    },
  };
}

function createKeySource(config: AuthConfig): KeySource | null {
  const {
    JWT_SECRET: secret,
    JWT_PUBLIC_KEY: publicKey,
    JWT_ALGORITHM: algorithm,
    JWT_KEY_ID: keyId,
  } = config;
  if (secret !== undefined && publicKey !== undefined) {
    throw new ConfigError(
      "JWT_SECRET",
      "and JWT_PUBLIC_KEY are both set: keep the one that matches your tokens' signer, and " +
        "remove the other",
    );
  }
  if (publicKey !== undefined) return createPublicKeySource(publicKey, { algorithm, keyId });
  if (secret === undefined) return null;
  requireSecret(secret);
  if (algorithm !== undefined && algorithm !== SECRET_ALGORITHM) {
    throw new ConfigError(
      "JWT_ALGORITHM",
      `does not match JWT_SECRET (${SECRET_ALGORITHM}): remove it, or set JWT_PUBLIC_KEY instead`,
    );
  }
  const key = createSecretKey(secret, keyId ?? null);
  return keyId === undefined ? createUnnamedKeySource(key) : createKeyRing([{ ...key, id: keyId }]);
}
