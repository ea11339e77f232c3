import * as z from "zod/mini";
import { ConfigError } from "../env/config-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import { parseStrictJson } from "../json/parse-strict-json.ts";
import type { Platform } from "../platform.ts";
import { createKeyRing, type KeySource, type VerifyKey } from "./key-source.ts";
import { createPublicKey } from "./public-key.ts";

/** From this age on the set is fetched anew … */
const MAX_AGE_MS = 600_000;
/** … and up to this age it is used all the same, if that does not succeed. */
const MAX_STALE_MS = 24 * 3_600_000;
/**
 * Between two fetches, also for keys that are not in the set: unknown names must not become
 * requests.
 */
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5000;
const MAX_BYTES = 64 * 1024;

const setSchema = z.object({ keys: z.array(z.unknown()).check(z.maxLength(100)) });

export interface RemoteKeys extends KeySource {
  /** Fetches the set for the first time. It never rejects. */
  prepare(): Promise<void>;
}

/**
 * `JWT_JWKS_URL`: a JWK Set (RFC 7517) that a server publishes. It is cached, fetched no more than
 * once in half a minute, and used on while its server fails. jose's own loader refuses every token
 * ten minutes after the last fetch that succeeded, and reads a body of any size.
 */
export function createRemoteKeys(
  url: string,
  { fetch, now }: Pick<Platform, "fetch" | "now">,
): RemoteKeys {
  let ring: KeySource | undefined;
  let ids: ReadonlySet<string> = new Set();
  let fetchedAt = 0;
  let fetchNextAt = 0;

  /** It never rejects: whoever calls it goes on with the keys that there are. */
  async function load(): Promise<void> {
    // Nobody waits for the fetch of another: on Workers that ends with the other's request.
    fetchNextAt = now() + COOLDOWN_MS;
    try {
      const keys = await fetchKeys(url, fetch);
      ids = new Set(keys.map(({ id }) => id));
      ring = createKeyRing(keys);
      fetchedAt = now();
    } catch {
      // The old set stands.
    }
  }

  return {
    prepare: load,
    async resolve(keyId, algorithm) {
      if (!ring) {
        await load();
      } else if (now() >= fetchNextAt) {
        const isUnknown = keyId !== undefined && !ids.has(keyId);
        if (isUnknown || now() - fetchedAt > MAX_AGE_MS) await load();
      }
      if (!ring || now() - fetchedAt > MAX_STALE_MS)
        throw new ChatError("keys_unavailable", { retryAfterSeconds: COOLDOWN_MS / 1000 });
      return ring.resolve(keyId, algorithm);
    },
  };
}

async function fetchKeys(url: string, fetch: Platform["fetch"]) {
  const response = await fetch(url, {
    headers: { accept: "application/jwk-set+json, application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error("the key set's server did not answer with a 200");
  }
  const { keys } = setSchema.parse(parseStrictJson(await readLimited(response)));
  const named: (VerifyKey & { readonly id: string })[] = [];
  for (const jwk of keys) {
    const key = readKey(jwk);
    if (key !== null && key.id !== null && !named.some(({ id }) => id === key.id))
      named.push({ ...key, id: key.id });
  }
  if (named.length === 0) throw new Error("the key set has no key that verifies tokens");
  return named;
}

/** A set may hold keys for other uses and of other kinds; those are left out. */
function readKey(jwk: unknown): VerifyKey | null {
  try {
    return createPublicKey(jwk, {});
  } catch (thrown) {
    if (thrown instanceof ConfigError) return null;
    throw thrown;
  }
}

async function readLimited({ body }: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, bytes] = ["", 0];
  const reader = body?.getReader();
  for (;;) {
    const piece = await reader?.read();
    if (!piece || piece.done) return text + decoder.decode();
    bytes += piece.value.byteLength;
    if (bytes > MAX_BYTES) {
      await reader?.cancel();
      throw new Error("the key set is too large");
    }
    text += decoder.decode(piece.value, { stream: true });
  }
}
