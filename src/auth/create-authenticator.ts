import { ConfigError } from "../env/config-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Platform } from "../platform.ts";
import type { AuthConfig } from "./env.ts";
import { createKeyList } from "./key-list.ts";
import { createKeyRing, createUnnamedKeySource, type KeySource } from "./key-source.ts";
import { createPolicyReader } from "./policy.ts";
import type { Principal } from "./principal.ts";
import { createPublicKeySource } from "./public-key.ts";
import { readBearer, type TokenReader } from "./read-token.ts";
import { createRemoteKeys, type RemoteKeys } from "./remote-keys.ts";
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
  /** Fetches remote keys and the revocations for the first time. It never rejects. */
  prepare(): Promise<void>;
}

/** Throws a ConfigError for settings that are unsafe to start with. */
export function createAuthenticator(
  config: AuthConfig,
  platform: Pick<Platform, "fetch" | "now">,
  revocations?: Pick<Revocations, "check" | "prepare">,
): Authenticator {
  const keys = createKeySource(config, platform);
  if (!keys) {
    return {
      configured: false,
      authenticate: () => Promise.reject(new ChatError("auth_not_configured")),
      prepare: () => Promise.resolve(),
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
    platform.now,
  );
  return {
    configured: true,
    async prepare() {
      await Promise.all([revocations?.prepare(), "prepare" in keys ? keys.prepare() : undefined]);
    },
    async authenticate(request, readToken = readBearer) {
      const verified = verifyToken(readToken(request.headers));
      const principal = verified instanceof Promise ? await verified : verified;
      const checked = revocations?.check(principal);
      if (checked) await checked;
      return principal;
    },
  };
}

/** Each of these is enough; more than one would leave open which tokens are meant. */
export const KEY_VARIABLES = ["JWT_SECRET", "JWT_PUBLIC_KEY", "JWT_KEYS", "JWT_JWKS_URL"] as const;

function createKeySource(
  config: AuthConfig,
  platform: Pick<Platform, "fetch" | "now">,
): KeySource | RemoteKeys | null {
  const {
    JWT_SECRET: secret,
    JWT_PUBLIC_KEY: publicKey,
    JWT_KEYS: list,
    JWT_JWKS_URL: url,
    JWT_ALGORITHM: algorithm,
    JWT_KEY_ID: keyId,
  } = config;
  const [first, second] = KEY_VARIABLES.filter((name) => config[name] !== undefined);
  if (first !== undefined && second !== undefined) {
    throw new ConfigError(
      first,
      `and ${second} are both set: keep the one that matches your tokens' signer, and remove the other`,
    );
  }
  if (list !== undefined || url !== undefined) {
    for (const name of ["JWT_ALGORITHM", "JWT_KEY_ID"] as const) {
      if (config[name] !== undefined)
        throw new ConfigError(name, `cannot be used with ${first}: each key says that itself`);
    }
  }
  if (list !== undefined) return createKeyList(list);
  if (url !== undefined) return createRemoteKeys(url, platform);
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
