/**
 * The two request headers that say how a request is to be read. They travel in `extras.anthropic` under their own names (no field of
 * the body has a hyphen), and no other header of the caller's goes upstream.
 */
export const VERSION_HEADER = "anthropic-version";
export const BETA_HEADER = "anthropic-beta";

/**
 * The first version in which events have names and errors their present form, and the one that is spoken where the caller names none:
 * the newer 2026-10-21 refuses `temperature`, `top_p` and `top_k`, which models up to Sonnet 4.6 still take, and all else that this
 * server uses is the same in both.
 */
export const FIRST_VERSION = "2023-06-01";

/** A version that answers in the format that this server reads; undefined for any other text. */
export function parseVersion(text: unknown): string | undefined {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= FIRST_VERSION
    ? text
    : undefined;
}

const MAX_BETAS = 64;

/** A comma-separated list of beta names; undefined where it is none. */
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
