/** RFC 7518 §3.2: an HS256 key is at least as long as the hash. */
export const MIN_SECRET_BYTES = 32;
const MIN_DISTINCT_CHARACTERS = 8;
const MIN_PERIOD = 16;
/**
 * Share of neighbours at the same distance, as in "abcdefgh…" or "0011223344…", typed in the order
 * of the alphabet or the keyboard.
 */
const MAX_RUN_SHARE = 0.95;

/**
 * Values from examples and templates (jwt.io's and Supabase's among them), or what a script writes
 * for an unset variable. Letters and digits only, and long enough that no random text contains one
 * by chance.
 */
const PLACEHOLDERS =
  /changeme|changethis|changeit|replaceme|replacethis|replacewith|your256bit|yoursecret|yourjwt|yourown|placeholder|insertyour|insertsecret|secretgoeshere|secrethere|examplesecret|supersecretjwttoken|astringsecretatleast256bits|correcthorsebattery|loremipsum|undefined/;
/**
 * `${JWT_SECRET}`, `$(openssl …)`, `{{ secret }}`, `<secret>`, `op://vault/item`: a reference that
 * was never resolved.
 */
const UNRESOLVED = /^(\$\{.*\}|\$\(.*\)|\$[A-Za-z_]+|\{\{.*\}\}|<.*>|%.*%|[a-z]+:\/\/.*)$/s;

/**
 * Why this text must not be a signing secret, as the end of a sentence; null if no reason is found.
 * It catches what people forget to change and what an attacker's program guesses first; it cannot
 * tell whether a text is random.
 */
export function checkSecret(secret: string): string | null {
  if (UNRESOLVED.test(secret)) return "contains a reference that was not replaced by its value";
  const bytes = new TextEncoder().encode(secret).length;
  if (bytes < MIN_SECRET_BYTES)
    return `is ${bytes} bytes long, and HS256 needs at least ${MIN_SECRET_BYTES}`;
  if (PLACEHOLDERS.test(secret.toLowerCase().replace(/[^a-z0-9]/g, "")))
    return "looks like a placeholder";
  if (new Set(secret).size < MIN_DISTINCT_CHARACTERS) return "has too few different characters";
  if (findPeriod(secret) < MIN_PERIOD) return "repeats the same few characters";
  if (findRunShare(secret) > MAX_RUN_SHARE) return "is a run of consecutive characters";
  return null;
}

/**
 * The length of the shortest block that the text repeats; the text's own length if there is none.
 */
function findPeriod(text: string): number {
  for (let period = 1; period < text.length; period++) {
    if (text.slice(period) === text.slice(0, text.length - period)) return period;
  }
  return text.length;
}

function findRunShare(text: string): number {
  const counts = new Map<number, number>();
  for (let at = 1; at < text.length; at++) {
    const step = text.charCodeAt(at) - text.charCodeAt(at - 1);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / (text.length - 1);
}
