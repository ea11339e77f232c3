/**
 * The two request headers that decide how a request is read. They travel in `extras.anthropic`
 * under their own names, which no body field can have because of the hyphen. No other header of the
 * caller is passed on.
 */
export const VERSION_HEADER = "anthropic-version";
export const BETA_HEADER = "anthropic-beta";

/**
 * The first version with today's event names and error shapes, and the default. The newer
 * 2026-10-21 refuses `temperature`, `top_p` and `top_k`, which models up to Sonnet 4.6 still take;
 * everything else that this server uses is the same.
 */
export const FIRST_VERSION = "2023-06-01";

/** A version whose answers this server can read; undefined for any other text. */
export function parseVersion(text: unknown): string | undefined {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= FIRST_VERSION
    ? text
    : undefined;
}

const MAX_BETAS = 64;

/** A comma-separated list of beta names; undefined for any other text. */
export function parseBetas(text: unknown): string[] | undefined {
  if (typeof text !== "string") return undefined;
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.length <= MAX_BETAS && names.every((name) => /^[\w.-]{1,100}$/.test(name))
    ? names
    : undefined;
}
