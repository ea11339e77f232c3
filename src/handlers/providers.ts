import type { RequestContext } from "../calls/call.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/**
 * `GET /providers`: the values of `provider`; for an unavailable one, what the operator must do.
 */
export function createListProviders(server: Server) {
  const providers = server.providers.map((provider) => ({
    name: provider.name,
    aliases: provider.aliases,
    available: provider.available,
    reason: provider.available ? null : provider.reason,
    default_model: provider.defaultModel,
  }));
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    await server.authenticator.authenticate(request);
    return respondJson({ providers }, requestId);
  };
}
