import * as z from "zod/mini";
import { type Bucket, PERS, type Per } from "./bucket.ts";
import { windowSchema } from "./window.ts";

/** Keeps every figure below 2^53: see gcra.ts. */
const MAX_COUNT = 1_000_000_000;
const MAX_USD = 1_000_000_000;
const MICRO = 1_000_000;

const KINDS = ["requests", "tokens", "concurrent", "usd"] as const;

const countSchema = z.optional(
  z.number().check(
    z.refine((value) => Number.isInteger(value) && value >= 0 && value <= MAX_COUNT, {
      message: `must be a whole number from 0 to ${MAX_COUNT}`,
    }),
  ),
);

/** Dollars → whole micro-dollars. */
const usdSchema = z.optional(
  z.pipe(
    z.number(),
    z.transform((dollars, context) => {
      const micro = Math.round(dollars * MICRO);
      // `2.3 * 1e6` is 2299999.9999999995: the text is compared, not the product.
      if (dollars >= 0 && dollars <= MAX_USD && micro / MICRO === dollars) return micro;
      context.issues.push({
        code: "custom",
        input: dollars,
        message: `must be a number of dollars from 0 to ${MAX_USD} with at most six decimals`,
      });
      return z.NEVER;
    }),
  ),
);

/**
 * One limit, as policies write it: whose consumption it counts, how much of one thing, and in which
 * window.
 */
export const limitSchema = z
  .strictObject({
    per: z.enum(PERS, `must be one of ${PERS.join(", ")}`),
    requests: countSchema,
    tokens: countSchema,
    concurrent: countSchema,
    usd: usdSchema,
    window: z.optional(windowSchema),
    mode: z.optional(z.enum(["enforce", "shadow"], "must be enforce or shadow")),
  })
  .check(
    z.superRefine((limit, context) => {
      const fail = (message: string) => context.addIssue({ code: "custom", message });
      const kinds = KINDS.filter((kind) => limit[kind] !== undefined);
      if (kinds.length !== 1) fail(`must have exactly one of ${KINDS.join(", ")}`);
      const isRate = limit.requests !== undefined || limit.tokens !== undefined;
      if (isRate && !limit.window) fail("must have a window");
      if (limit.concurrent !== undefined && limit.window)
        fail("must have no window: it counts calls at once");
      if (limit.usd !== undefined && limit.window && !/^1(d|mo)$/.test(limit.window.text))
        fail("must have a window of 1d or 1mo (a UTC day or month), or none");
    }),
  );
export type Limit = z.output<typeof limitSchema>;

/** Whom a token speaks for. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly tenant: string | null;
  readonly session: string | null;
  readonly tokenId: string | null;
  /** When the token is refused for its age, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** The bucket in which a limit counts; null if the token lacks the name that `per` asks for. */
export function createBucket(limit: Limit, identity: Identity): Bucket | null {
  const name = nameOf(limit.per, identity);
  if (name === null) return null;
  const shadow = limit.mode === "shadow";
  const describe = (kind: Bucket["kind"], window: string) => ({
    per: limit.per,
    home: homeOf(limit.per, identity),
    key: [limit.per, encodeURIComponent(name), kind, window, ...(shadow ? ["shadow"] : [])].join(
      ":",
    ),
    shadow,
  });
  if (limit.usd !== undefined) {
    const period = !limit.window ? "none" : limit.window.text === "1d" ? "day" : "month";
    const endsAt = limit.per === "token" ? identity.endsAt : null;
    return { ...describe("usd", period), kind: "usd", limit: limit.usd, period, endsAt };
  }
  if (limit.concurrent !== undefined)
    return { ...describe("concurrent", ""), kind: "concurrent", limit: limit.concurrent };
  const kind = limit.requests === undefined ? "tokens" : "requests";
  const windowMs = limit.window?.ms ?? 0;
  const size = limit.requests ?? limit.tokens ?? 0;
  return { ...describe(kind, String(windowMs)), kind, limit: size, windowMs };
}

function nameOf(per: Per, identity: Identity): string | null {
  switch (per) {
    case "token":
      return identity.tokenId;
    case "session":
      return identity.session;
    case "subject":
      return identity.subject;
    case "tenant":
      return identity.tenant;
    case "issuer":
      return identity.issuer;
  }
}

/**
 * What all tokens of an issuer share is apart from what a tenant's share, so that tenants do not
 * queue behind each other.
 */
function homeOf(per: Per, { issuer, tenant, subject }: Identity): string {
  const root = encodeURIComponent(issuer);
  if (per === "issuer") return root;
  return tenant === null
    ? `${root}/subject/${encodeURIComponent(subject)}`
    : `${root}/tenant/${encodeURIComponent(tenant)}`;
}

/**
 * One bucket for each name, in the order of their first mention, with the smallest of its limits.
 */
export function mergeBuckets(buckets: readonly Bucket[]): readonly Bucket[] {
  const merged = new Map<string, Bucket>();
  for (const bucket of buckets) {
    const name = `${bucket.home} ${bucket.key}`;
    const other = merged.get(name);
    if (!other || bucket.limit < other.limit) merged.set(name, bucket);
  }
  return [...merged.values()];
}
