import * as z from "zod/mini";
import { wholeNumber } from "../env/whole-number.ts";

/** Whom the metrics tell apart; each is a label of its own. */
export const METRICS_IDENTITIES = ["none", "tenant", "subject"] as const;

/** The variables of metrics. */
export const telemetryEnv = {
  METRICS_PORT: wholeNumber(0, 65535, 0).check(
    z.describe(
      "A port of its own for `GET /metrics`, without a token, for a scraper in the private network (Bun, Deno). 0: none; then `/metrics` is on the server's port, for tokens with the scope `metrics`.",
    ),
  ),
  METRICS_HOST: z
    .optional(z.string())
    .check(
      z.describe(
        "Address on which `METRICS_PORT` listens. Default: `::`; in development mode `127.0.0.1`.",
      ),
    ),
  METRICS_IDENTITIES: z
    ._default(z.enum(METRICS_IDENTITIES, `must be ${METRICS_IDENTITIES.join(", ")}`), "none")
    .check(
      z.describe(
        "Whether `/metrics` counts calls, tokens and cost for each tenant, or for each subject too. At most 1,000 of them are told apart; the others count under `other`.",
      ),
    ),
};

export type TelemetryConfig = z.output<z.ZodMiniObject<typeof telemetryEnv>>;
