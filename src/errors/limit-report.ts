/** One limit as callers see it. Dollars are dollars; everything else is counted. */
export interface LimitReport {
  readonly per: "token" | "session" | "subject" | "tenant" | "issuer";
  readonly kind: "requests" | "tokens" | "concurrent" | "usd";
  readonly limit: number;
  readonly used: number;
  /** What running calls may still use. */
  readonly reserved: number;
  /** When the whole limit is there again, in ISO 8601; null if it does not come back by itself. */
  readonly resets_at: string | null;
}
