/** A key that verifies tokens. It pins the algorithm: a token's `alg` must be one of these, whatever the key could do besides. */
export interface VerifyKey {
  /**
   * The `kid` by which tokens name the key: the JWK's own or `JWT_KEY_ID`; null if it has neither.
   */
  readonly id: string | null;
  readonly algorithms: readonly string[];
  load(): Promise<CryptoKey>;
}

/** Where the keys come from: one key or a ring now, a remote key set some day. */
export interface KeySource {
  /** The keys that may have signed a token with this `kid` and `alg`; none where the token names a key that is not ours. */
  resolve(
    keyId: string | undefined,
    algorithm: string,
  ): readonly VerifyKey[] | Promise<readonly VerifyKey[]>;
}

/** A token without a `kid` is tried with so many keys at most. */
export const MAX_KEYS_PER_ALGORITHM = 4;

/**
 * Names that a `kid` may be where the one key has no name to compare it with (RFC 7638 thumbprints, UUIDs, "k2", "2026-11"). Paths, quotes
 * and white space are not names but attempts.
 */
const PLAIN_KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._:@=-]*$/;

/**
 * One key without a name. Joken and others let the signer add any `kid`, and there is nothing to choose between, so a plain one is
 * ignored; give the key a name (`JWT_KEY_ID`, or `kid` in the JWK) to have it compared.
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

/** Keys with names. A `kid` must be one of them, exactly; without one each key of that algorithm is tried. */
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

/** A key that is imported when it is first needed, and then kept. */
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
