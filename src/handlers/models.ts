import type { RequestContext } from "../calls/call.ts";
import type { ModelInfo } from "../chat/model.ts";
import { respondJson } from "../http/respond.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";
import type { Server } from "./server.ts";

function describeModel(provider: Provider | UnavailableProvider, model: ModelInfo) {
  return {
    id: model.id,
    provider: provider.name,
    aliases: model.aliases ?? [],
    available: provider.available,
    reason: provider.available ? null : provider.reason,
    default: model.id === provider.defaultModel,
    context_tokens: model.context_tokens ?? null,
    max_output_tokens: model.max_output_tokens ?? null,
    reasoning: model.reasoning ?? null,
    refuses: model.refuses ?? [],
    retires: model.retires ?? null,
  };
}

/**
 * `GET /models`: the models of the catalog that the token may use. Other models work too, but without limits and costs.
 */
export function createListModels(server: Server) {
  const models = server.providers.flatMap((provider) =>
    server.catalog.list(provider.name).map((model) => describeModel(provider, model)),
  );
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const { policy } = await server.authenticator.authenticate(request);
    const allowed = models.filter(({ provider, id }) => policy.allowsModel(provider, id));
    return respondJson({ models: allowed }, requestId);
  };
}
