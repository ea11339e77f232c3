import type { RequestContext } from "../calls/request-context.ts";
import { encodeErrorBody } from "../dialects/chat/encode-error.ts";
import { SHUTDOWN_RETRY_SECONDS, shuttingDown } from "../errors/shutting-down.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/**
 * `GET /health`: whether the program runs and takes calls; 503 once it is about to stop, `degraded`
 * while its store cannot be reached. It asks the store alone, and reveals nothing of the
 * configuration to an anonymous caller.
 */
export function createHealth(server: Server) {
  const { version, platform, breaker, isDraining, ledger, limiter, revocations } = server;
  return async (_request: Request, { requestId }: RequestContext): Promise<Response> => {
    // A server without calls would not notice that its store has gone.
    await revocations.refresh();
    const body = {
      version,
      runtime: platform.runtime,
      open_breakers: breaker.states().length,
      ...describeLedger(ledger),
    };
    // Still a 200: a server that is restarted for its store would lose its running answers.
    const status = limiter.isDegraded() || revocations.isFailing() ? "degraded" : "ok";
    if (!isDraining()) return respondJson({ status, ...body }, requestId);
    const error = encodeErrorBody(shuttingDown(), requestId);
    const headers = { "retry-after": String(SHUTDOWN_RETRY_SECONDS) };
    return respondJson({ status: "draining", ...body, error }, requestId, 503, headers);
  };
}

/** A ledger that fails does not make the server unhealthy: calls go on without it. */
function describeLedger(ledger: Server["ledger"]): { ledger?: "ok" | "failing" } {
  if (!ledger) return {};
  return { ledger: ledger.status().failure === null ? "ok" : "failing" };
}
