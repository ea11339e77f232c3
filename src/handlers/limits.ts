import { requireScope } from "../calls/authorize.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { respondJson } from "../http/respond.ts";
import type { Bucket } from "../limits/bucket.ts";
import { reportStanding } from "../limits/standing.ts";
import type { Server } from "./server.ts";

/** `GET /limits`: every limit of this token, and how much of it is used, reserved and left. */
export function createListLimits(server: Server) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const principal = await server.authenticator.authenticate(request);
    requireScope(principal, "usage:read");
    const standings = await server.limiter.read(principal.policy.buckets);
    const limits = standings.map((standing) => ({
      ...reportStanding(standing),
      window: windowOf(standing.bucket),
      mode: standing.bucket.shadow ? "shadow" : "enforce",
    }));
    return respondJson({ limits }, requestId);
  };
}

/** Seconds of a rolling window, or a budget's period; null for what has neither. */
function windowOf(bucket: Bucket): string | null {
  switch (bucket.kind) {
    case "requests":
    case "tokens":
      return `${bucket.windowMs / 1000}s`;
    case "concurrent":
      return null;
    case "usd":
      return bucket.period === "none" ? null : bucket.period === "day" ? "1d" : "1mo";
  }
}
