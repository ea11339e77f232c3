import type { RequestContext } from "../calls/call.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/**
 * `GET /providers`: the values of `provider`; for an unavailable one, what the operator must do.
 */
export function createListProviders(server: Server) {
  const providers = server.providers.map(({ name, aliases, availability, defaultModel }) => ({
    name,
    aliases,
    available: availability.available,
    reason: availability.available ? null : availability.reason,
    default_model: defaultModel,
  }));
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    await server.authenticator.authenticate(request);
    return respondJson({ providers }, requestId);
  };
}
