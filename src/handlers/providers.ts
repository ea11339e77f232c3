import type { RequestContext } from "../calls/request-context.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/**
 * `GET /providers`: the values of `provider` that the token may use; for an unavailable one, what
 * the operator must do.
 */
export function createListProviders(server: Server) {
  const providers = server.providers.map((provider) => ({
    name: provider.name,
    aliases: provider.aliases,
    available: provider.available,
    reason: provider.available ? null : provider.reason,
    default_model: provider.defaultModel,
  }));
  /** The provider's models that keep failing. */
  const openBreakers = (name: string) =>
    server.breaker.states().flatMap(({ provider, model }) => (provider === name ? [model] : []));
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const { policy } = await server.authenticator.authenticate(request);
    const allowed = providers.filter(({ name }) => policy.allowsProvider(name));
    const states = allowed.map((provider) => ({
      ...provider,
      open_breakers: openBreakers(provider.name),
    }));
    return respondJson({ providers: states }, requestId);
  };
}
