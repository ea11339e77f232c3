import * as z from "zod/mini";
import { MAX_TARGETS } from "../chat/fallback.ts";
import { DEADLINE_MS } from "../chat/request.ts";
import { jsonVariable } from "../env/json-variable.ts";
import { wholeNumber } from "../env/whole-number.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A route's own name. It has no slash, so that it never looks like `provider/model`. */
const nameSchema = z.string().check(
  z.regex(/^[A-Za-z0-9][\w.:-]{0,63}$/, {
    error: "a route's name has letters, digits and . : _ - only",
  }),
);

const routeTargetSchema = z.union([
  z.string().check(z.minLength(1), z.maxLength(256)),
  z.strictObject({
    provider: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
    model: z.string().check(z.minLength(1), z.maxLength(256)),
    /** How often it comes first, beside the others of a weighted route. Default: 1. */
    weight: z.optional(z.number().check(z.gte(0), z.lte(1_000_000))),
  }),
]);

/** One route: a named list of targets that callers use as a model. */
const routeSchema = z.strictObject({
  /** `failover`: in the order given. `weighted`: in an order drawn for each call. */
  strategy: z._default(z.enum(["failover", "weighted"]), "failover"),
  targets: z.array(routeTargetSchema).check(z.minLength(1), z.maxLength(MAX_TARGETS)),
  deadline_ms: z.optional(z.int().check(z.gte(DEADLINE_MS.min), z.lte(DEADLINE_MS.max))),
  hedge_after_ms: z.optional(z.int().check(z.gte(1), z.lte(DEADLINE_MS.max))),
  /** US dollars. Targets that may cost more are passed over. */
  max_usd: z.optional(z.number().check(z.gt(0))),
});
export type RouteConfig = z.infer<typeof routeSchema>;

/** `ROUTES`, by name. */
const routesSchema = z.record(nameSchema, routeSchema);
export type RoutesConfig = z.infer<typeof routesSchema>;

export const routingEnv = {
  ROUTES: z
    .optional(jsonVariable(routesSchema))
    .check(
      z.describe(
        'Named lists of targets that callers use as a model, as JSON: `{"fast": {"targets": ' +
          '["claude/haiku", {"provider": "openai", "model": "gpt-6-luna"}]}}`. See ' +
          "[routing.md](routing.md).",
      ),
    ),
  RETRY_MAX: wholeNumber(0, 5, 2).check(
    z.describe(
      "How often a target is tried again if it fails before its answer begins. 0 turns retries off.",
    ),
  ),
  FIRST_CONTENT_TIMEOUT_MS: wholeNumber(10, 60 * MINUTE, MINUTE).check(
    z.describe(
      "How long a streamed answer may be without content, in milliseconds, before the next target " +
        "of the call is tried. The last target has no such limit.",
    ),
  ),
  BREAKER_FAILURES: wholeNumber(0, 1000, 5).check(
    z.describe(
      "After this many failures in a row a target is tried after the others of its call. 0 turns " +
        "this off.",
    ),
  ),
  BREAKER_COOLDOWN_MS: wholeNumber(100, 60 * MINUTE, 30 * SECOND).check(
    z.describe("How long that lasts, in milliseconds. Then one call tries the target again."),
  ),
};
