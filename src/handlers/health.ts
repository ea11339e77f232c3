import type { RequestContext } from "../calls/call.ts";
import { SHUTDOWN_RETRY_SECONDS } from "../errors/shutting-down.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/**
 * `GET /health`: whether the program runs and takes calls; 503 once it is about to stop, `degraded`
 * while its store cannot be reached. It calls nothing else, and reveals nothing of the configuration to an anonymous caller.
 */
export function createHealth({ version, platform, isDraining, limiter }: Server) {
  return (_request: Request, { requestId }: RequestContext): Response => {
    const body = { version, runtime: platform.runtime };
    // Still a 200: a server that is restarted for its store would lose its running answers.
    const status = limiter.isDegraded() ? "degraded" : "ok";
    if (!isDraining()) return respondJson({ status, ...body }, requestId);
    const headers = { "retry-after": String(SHUTDOWN_RETRY_SECONDS) };
    return respondJson({ status: "draining", ...body }, requestId, 503, headers);
  };
}
