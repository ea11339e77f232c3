import { requireScope } from "../calls/authorize.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { ChatError } from "../errors/chat-error.ts";
import { respondText } from "../http/respond.ts";
import type { Server } from "./server.ts";

/** `GET /metrics`, for Prometheus: the scope `metrics`. */
export function createShowMetrics({ authenticator, metrics }: Server) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    requireScope(await authenticator.authenticate(request), "metrics");
    if (!metrics)
      throw new ChatError("not_found", {
        message: "There are no metrics on Workers: their log and GET /usage tell what calls do.",
      });
    return respondText(await metrics.page(), metrics.contentType, requestId);
  };
}
