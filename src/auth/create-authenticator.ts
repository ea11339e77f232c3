import type { Platform } from "../context.ts";
import { ConfigError } from "../env/config-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import { createKeyRing, createUnnamedKeySource, type KeySource } from "./key-source.ts";
import type { Principal } from "./principal.ts";
import { createPublicKeySource } from "./public-key.ts";
import { readBearer, type TokenReader } from "./read-token.ts";
import { checkSecret, createSecretKey, SECRET_ALGORITHM } from "./secret-key.ts";
import type { AuthEnv } from "./settings.ts";
import { createTokenVerifier } from "./verify-token.ts";

export interface Authenticator {
  /** Whether there is a key. Without one nobody is let in: the server is never open by default. */
  readonly configured: boolean;
  /** Who sends this request. Rejects with `unauthenticated` or `auth_not_configured`. */
  authenticate(request: Request, readToken?: TokenReader): Promise<Principal>;
}

/** Throws a ConfigError for settings with which the server must not start. The clock is the platform's. */
export function createAuthenticator(env: AuthEnv, { now }: Pick<Platform, "now">): Authenticator {
  const keys = createKeySource(env);
  if (!keys) {
    return { configured: false, authenticate: () => Promise.reject(new ChatError("auth_not_configured")) };
  }
  const verifyToken = createTokenVerifier(
    keys,
    {
      issuer: env.JWT_ISSUER,
      audience: env.JWT_AUDIENCE,
      toleranceSeconds: env.JWT_TOLERANCE_SECONDS,
      maxLifetimeSeconds: env.JWT_MAX_LIFETIME_SECONDS,
    },
    now,
  );
  return {
    configured: true,
    async authenticate(request, readToken = readBearer) {
      return verifyToken(readToken(request.headers));
    },
  };
}

function createKeySource(env: AuthEnv): KeySource | null {
  const { JWT_SECRET: secret, JWT_PUBLIC_KEY: publicKey, JWT_ALGORITHM: algorithm, JWT_KEY_ID: keyId } = env;
  if (secret !== undefined && publicKey !== undefined) {
    throw new ConfigError(
      "JWT_SECRET",
      "and JWT_PUBLIC_KEY are both set: keep the one with which tokens are signed, and remove the other",
    );
  }
  if (publicKey !== undefined) return createPublicKeySource(publicKey, { algorithm, keyId });
  if (secret === undefined) return null;
  checkSecret(secret);
  if (algorithm !== undefined && algorithm !== SECRET_ALGORITHM) {
    throw new ConfigError(
      "JWT_ALGORITHM",
      `does not fit JWT_SECRET, which is for ${SECRET_ALGORITHM}: remove it, or set JWT_PUBLIC_KEY instead`,
    );
  }
  const key = createSecretKey(secret, keyId ?? null);
  return keyId === undefined ? createUnnamedKeySource(key) : createKeyRing([{ ...key, id: keyId }]);
}
