import type { Dialect } from "../dialects/dialect.ts";
import type { Standing } from "../limits/standing.ts";

/**
 * How much of the token's limits is left, as clients of the dialect look for it, of the tightest
 * limit of each kind; and for request limits as the IETF has it
 * (draft-ietf-httpapi-ratelimit-headers), which knows no unit for tokens.
 */
export function limitHeaders(
  dialect: Pick<Dialect, "name">,
  standings: readonly Standing[],
): Record<string, string> {
  if (standings.length === 0) return {};
  const enforced = standings.filter(({ bucket }) => !bucket.shadow);
  const headers: Record<string, string> = {};
  for (const kind of ["requests", "tokens"] as const) {
    const tightest = findTightest(enforced.filter(({ bucket }) => bucket.kind === kind));
    if (tightest) Object.assign(headers, describe(dialect, kind, tightest));
  }
  const rates = enforced.flatMap((standing) =>
    standing.bucket.kind === "requests"
      ? [{ ...standing, windowMs: standing.bucket.windowMs }]
      : [],
  );
  if (rates.length > 0) {
    headers["ratelimit-policy"] = rates
      .map(
        ({ bucket, windowMs }) =>
          `${nameOf(bucket.per, windowMs)};q=${bucket.limit};w=${windowMs / 1000}`,
      )
      .join(", ");
    headers.ratelimit = rates
      .map(({ bucket, windowMs, remaining, resetMs }) => {
        const reset = resetMs === null ? "" : `;t=${Math.ceil(resetMs / 1000)}`;
        return `${nameOf(bucket.per, windowMs)};r=${remaining}${reset}`;
      })
      .join(", ");
  }
  return headers;
}

/** A structured field's string: the same name for the policy and for how it stands. */
function nameOf(per: string, windowMs: number): string {
  return `"${per}-${windowMs / 1000}s"`;
}

/** The one of which the smallest part is left. */
function findTightest(standings: readonly Standing[]): Standing | undefined {
  const share = ({ remaining, bucket }: Standing) => remaining / Math.max(1, bucket.limit);
  return standings.toSorted((one, other) => share(one) - share(other))[0];
}

function describe(
  { name }: Pick<Dialect, "name">,
  kind: "requests" | "tokens",
  { bucket, remaining, resetMs, now }: Standing,
): Record<string, string> {
  const prefix = name === "anthropic-messages" ? "anthropic-ratelimit-" : "x-ratelimit-";
  // OpenAI's order of words is the other way round.
  const header = (what: string) =>
    name === "anthropic-messages" ? `${prefix}${kind}-${what}` : `${prefix}${what}-${kind}`;
  const reset = resetMs ?? 0;
  return {
    [header("limit")]: String(bucket.limit),
    [header("remaining")]: String(remaining),
    [header("reset")]:
      name === "anthropic-messages" ? new Date(now + reset).toISOString() : formatDuration(reset),
  };
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
