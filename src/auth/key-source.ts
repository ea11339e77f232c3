/**
 * A key that verifies tokens. It pins the algorithm: a token's `alg` must be one of these, whatever
 * else the key could be used for.
 */
export interface VerifyKey {
  /**
   * The `kid` by which tokens name the key: the JWK's own or `JWT_KEY_ID`; null if it has neither.
   */
  readonly id: string | null;
  readonly algorithms: readonly string[];
  load(): Promise<CryptoKey>;
}

/** Supplies the keys: a single key or a ring. */
export interface KeySource {
  /**
   * The keys that may have signed a token with this `kid` and `alg`; none if the `kid` is not ours.
   */
  resolve(
    keyId: string | undefined,
    algorithm: string,
  ): readonly VerifyKey[] | Promise<readonly VerifyKey[]>;
}

/** Limits how many keys are tried for a token without a `kid`. */
export const MAX_KEYS_PER_ALGORITHM = 4;

/**
 * What a `kid` may look like if the only key has no id to compare it with (RFC 7638 thumbprints,
 * UUIDs, "k2", "2026-11"). Paths, quotes and white space are attacks, not ids.
 */
const PLAIN_KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._:@=-]*$/;

/**
 * One key without an id. Joken and other signers can add any `kid`, and there is only one key to
 * choose, so a plain `kid` is ignored. Give the key an id (`JWT_KEY_ID`, or `kid` in the JWK) to
 * have it compared.
 */
export function createUnnamedKeySource(key: VerifyKey): KeySource {
  return {
    resolve(keyId, algorithm) {
      if (keyId !== undefined && (!PLAIN_KEY_ID.test(keyId) || keyId in Object.prototype))
        return [];
      return key.algorithms.includes(algorithm) ? [key] : [];
    },
  };
}

/**
 * Keys with ids. A token's `kid` must equal one of them; without a `kid` each key of its algorithm
 * is tried.
 */
export function createKeyRing(keys: readonly (VerifyKey & { readonly id: string })[]): KeySource {
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    resolve(keyId, algorithm) {
      const named = keyId === undefined ? undefined : byId.get(keyId);
      const candidates = keyId === undefined ? keys : named ? [named] : [];
      return candidates
        .filter((key) => key.algorithms.includes(algorithm))
        .slice(0, MAX_KEYS_PER_ALGORITHM);
    },
  };
}

/** A key that is imported on first use and then kept. */
export function createVerifyKey(
  id: string | null,
  algorithms: readonly string[],
  importKey: () => Promise<CryptoKey>,
): VerifyKey {
  let imported: CryptoKey | undefined;
  return {
    id,
    algorithms,
    async load() {
      imported ??= await importKey();
      return imported;
    },
  };
}
