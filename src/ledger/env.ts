import * as z from "zod/mini";
import { wholeNumber } from "../env/whole-number.ts";

/** The variables of the ledger. */
export const ledgerEnv = {
  LEDGER_FILE: z
    ._default(z.string(), ":memory:")
    .check(
      z.describe(
        "The SQLite file that keeps one row for each call, on a disk that outlives the server (Bun, Deno). `:memory:` keeps the last 50,000 calls until the server stops; `off` keeps none. Not read if `DATABASE_URL` is set, nor on Workers, which keep the ledger in a Durable Object.",
      ),
    ),
  DATABASE_URL: z
    .optional(z.string().check(z.regex(/^postgres(ql)?:\/\//, "must be a postgres:// URL")))
    .check(
      z.describe(
        "A PostgreSQL database for the ledger, which several servers may share (Bun, Deno): `postgres://user:password@host:5432/name`. The tables are made at start; their names begin with `ledger_`.",
      ),
    ),
  LEDGER_CALLS_DAYS: wholeNumber(1, 3650, 90).check(
    z.describe("How long the row of a single call is kept, in days."),
  ),
  LEDGER_USAGE_DAYS: wholeNumber(1, 3650, 400).check(
    z.describe("How long the sums of usage and cost are kept, in days."),
  ),
};

export type LedgerConfig = z.output<z.ZodMiniObject<typeof ledgerEnv>>;
