const ID_BYTES = 16;
const ID_LENGTH = 2 * ID_BYTES;
/**
 * Ids per request to the system for randomness: one request for each id costs up to 50 µs, a
 * quarter of a call.
 */
const POOL_IDS = 64;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Creates ids of 128 random bits in hexadecimal. The pool is filled by the first call, because
 * Workers allow no randomness before the first request.
 */
export function createRandomId(): () => string {
  const pool = new Uint8Array(ID_BYTES * POOL_IDS);
  let digits = "";
  let next = 0;

  return () => {
    if (next === digits.length) {
      crypto.getRandomValues(pool);
      digits = Array.from(pool, (byte) => HEX[byte]).join("");
      next = 0;
    }
    const start = next;
    next += ID_LENGTH;
    return digits.slice(start, next);
  };
}
