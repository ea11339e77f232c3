import type { Policy } from "../auth/policy.ts";
import type { RequestContext } from "../calls/request-context.ts";
import type { ModelInfo } from "../chat/model.ts";
import { respondJson } from "../http/respond.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";
import { listTargets, type Route } from "../routing/routes.ts";
import type { Server } from "./server.ts";

function describeModel(provider: Provider | UnavailableProvider, model: ModelInfo) {
  return {
    id: model.id,
    provider: provider.name,
    aliases: model.aliases ?? [],
    available: provider.available,
    reason: provider.available ? null : provider.reason,
    kind: model.kind ?? "chat",
    dimensions: model.dimensions ?? null,
    default: model.id === provider.defaultModel,
    context_tokens: model.context_tokens ?? null,
    max_output_tokens: model.max_output_tokens ?? null,
    reasoning: model.reasoning ?? null,
    refuses: model.refuses ?? [],
    retires: model.retires ?? null,
  };
}

/** Whether the token may use any of the route's targets. */
export function allowsRoute(policy: Policy, route: Route): boolean {
  return listTargets(route).some(({ provider, model }) =>
    policy.allowsModel(provider.name, model.id),
  );
}

function describeRoute(route: Route) {
  return {
    name: route.name,
    strategy: route.strategy,
    targets: listTargets(route).map(({ provider, model }) => `${provider.name}/${model.id}`),
    deadline_ms: route.deadlineMs ?? null,
    hedge_after_ms: route.hedgeAfterMs ?? null,
    max_usd: route.maxUsd === Infinity ? null : route.maxUsd,
  };
}

/**
 * `GET /models`: the models of the catalog and the operator's routes that the token may use. Other
 * models work too, but without limits and costs.
 */
export function createListModels(server: Server) {
  const models = server.providers.flatMap((provider) =>
    server.catalog.list(provider.name).map((model) => describeModel(provider, model)),
  );
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const { policy } = await server.authenticator.authenticate(request);
    const allowed = models.filter(({ provider, id }) => policy.allowsModel(provider, id));
    const routes = [...server.routes.values()]
      .filter((route) => allowsRoute(policy, route))
      .map(describeRoute);
    return respondJson({ models: allowed, routes }, requestId);
  };
}
