import type { Dialect } from "../dialects/dialect.ts";
import type { Standing } from "../limits/standing.ts";

/** Made once, because a name that is put together anew costs each call a hash and a look-up. */
const [ANTHROPIC_NAMES, OPENAI_NAMES] = [
  nameHeaders((kind, what) => `anthropic-ratelimit-${kind}-${what}`),
  // OpenAI's order of words is the other way round.
  nameHeaders((kind, what) => `x-ratelimit-${what}-${kind}`),
];

function nameHeaders(name: (kind: string, what: string) => string) {
  const ofKind = (kind: string) => ({
    limit: name(kind, "limit"),
    remaining: name(kind, "remaining"),
    reset: name(kind, "reset"),
  });
  return { requests: ofKind("requests"), tokens: ofKind("tokens") };
}

/**
 * How much of the token's limits is left, as clients of the dialect look for it, of the tightest
 * limit of each kind; and for request limits as the IETF has it
 * (draft-ietf-httpapi-ratelimit-headers), which knows no unit for tokens.
 */
export function limitHeaders(
  dialect: Pick<Dialect, "name">,
  standings: readonly Standing[],
): Record<string, string> {
  const headers: Record<string, string> = {};
  let requests: Standing | undefined;
  let tokens: Standing | undefined;
  let policies = "";
  let states = "";
  for (const standing of standings) {
    const { bucket, remaining, resetMs } = standing;
    if (bucket.shadow) continue;
    if (bucket.kind === "tokens") tokens = tighter(tokens, standing);
    if (bucket.kind !== "requests") continue;
    requests = tighter(requests, standing);
    const seconds = bucket.windowMs / 1000;
    // A structured field's string: the same name for the policy and for how it stands.
    const name = `"${bucket.per}-${seconds}s"`;
    const reset = resetMs === null ? "" : `;t=${Math.ceil(resetMs / 1000)}`;
    const comma = policies === "" ? "" : ", ";
    policies += `${comma}${name};q=${bucket.limit};w=${seconds}`;
    states += `${comma}${name};r=${remaining}${reset}`;
  }
  if (requests) describe(dialect, "requests", requests, headers);
  if (tokens) describe(dialect, "tokens", tokens, headers);
  if (policies !== "") {
    headers["ratelimit-policy"] = policies;
    headers.ratelimit = states;
  }
  return headers;
}

/** The one of which the smaller part is left. */
function tighter(one: Standing | undefined, other: Standing): Standing {
  return one && shareLeft(one) <= shareLeft(other) ? one : other;
}

function shareLeft({ remaining, bucket }: Standing): number {
  return remaining / Math.max(1, bucket.limit);
}

function describe(
  { name }: Pick<Dialect, "name">,
  kind: "requests" | "tokens",
  { bucket, remaining, resetMs, now }: Standing,
  headers: Record<string, string>,
): void {
  const reset = resetMs ?? 0;
  const isAnthropic = name === "anthropic-messages";
  const names = (isAnthropic ? ANTHROPIC_NAMES : OPENAI_NAMES)[kind];
  headers[names.limit] = String(bucket.limit);
  headers[names.remaining] = String(remaining);
  headers[names.reset] = isAnthropic ? new Date(now + reset).toISOString() : formatDuration(reset);
}

/** As OpenAI writes it: `250ms`, `1s`, `6m0s`, `2h3m0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const text = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${text}`;
  return minutes > 0 ? `${minutes}m${text}` : text;
}
