import type { RequestContext } from "./calls/request-context.ts";
import type { Config } from "./config.ts";
import { anthropicErrors } from "./dialects/anthropic-messages/encode-error.ts";
import type { ErrorDialect } from "./dialects/dialect.ts";
import { openaiErrors } from "./dialects/openai-error.ts";
import { type GeneratingDialect, loadDialect } from "./handlers/find-dialect.ts";
import { createGenerate } from "./handlers/generate.ts";
import { createHealth } from "./handlers/health.ts";
import { createListLimits } from "./handlers/limits.ts";
import { createShowMetrics } from "./handlers/metrics.ts";
import { createListModels } from "./handlers/models.ts";
import { createPages } from "./handlers/pages.ts";
import { createListProviders } from "./handlers/providers.ts";
import { createShowRoot } from "./handlers/root.ts";
import type { Server } from "./handlers/server.ts";
import { createListV1Models, dialectOfV1Models } from "./handlers/v1-models.ts";
import { lazy } from "./lazy.ts";

export type Handler = (request: Request, context: RequestContext) => Response | Promise<Response>;

/**
 * Registers a path. All its errors, 405 included, use its dialect (default: `/chat`'s). GET also
 * answers HEAD: the runtimes drop the body.
 */
export type AddRoute = (
  path: string,
  methods: Readonly<Record<string, Handler>>,
  spoken?: ErrorDialect | ((request: Request) => ErrorDialect),
) => void;

/** A handler that is loaded with its first request. */
function onDemand(load: () => Promise<Handler>): Handler {
  const loaded = lazy(load);
  return (request, context) => {
    const handler = loaded();
    return handler instanceof Promise
      ? handler.then((handle) => handle(request, context))
      : handler(request, context);
  };
}

/**
 * Everything that this server answers. Paths without parameters are looked up first; the others are
 * tried in this order. What few callers ask for is loaded on demand.
 */
export function addRoutes(route: AddRoute, server: Server, config: Config): void {
  const generate = (dialect: GeneratingDialect) =>
    onDemand(async () => createGenerate(await loadDialect(dialect), server));
  const kept = lazy(() => import("./handlers/answers.ts"));
  const stored = lazy(() => import("./handlers/stored-responses.ts"));
  const description = lazy(async () =>
    (await import("./handlers/api-description.ts")).createApiDescription(server),
  );
  const pages = createPages(server);
  const listV1Models = createListV1Models(server);

  route("/", { GET: createShowRoot(server) });
  route("/chat", { POST: generate("chat") });
  route("/chat/:id", {
    GET: onDemand(async () => (await kept()).createShowAnswer(server)),
    DELETE: onDemand(async () => (await kept()).createCancelAnswer(server)),
  });
  route("/chat/:id/events", {
    GET: onDemand(async () => (await kept()).createResumeAnswer(server)),
  });
  route("/v1/chat/completions", { POST: generate("openai-chat") }, openaiErrors);
  route("/v1/responses", { POST: generate("openai-responses") }, openaiErrors);
  route(
    "/v1/responses/:id",
    { GET: onDemand(async () => (await stored()).createShowResponse(server)) },
    openaiErrors,
  );
  route(
    "/v1/responses/:id/cancel",
    { POST: onDemand(async () => (await stored()).createCancelResponse(server)) },
    openaiErrors,
  );
  route("/v1/messages", { POST: generate("anthropic-messages") }, anthropicErrors);
  route(
    "/v1/messages/count_tokens",
    {
      POST: onDemand(async () =>
        (await import("./handlers/count-tokens.ts")).createCountTokens(server),
      ),
    },
    anthropicErrors,
  );
  route(
    "/v1/embeddings",
    {
      POST: onDemand(async () =>
        (await import("./handlers/embeddings.ts")).createEmbeddings(server),
      ),
    },
    openaiErrors,
  );
  route("/v1/models", { GET: listV1Models }, dialectOfV1Models);
  route("/v1/models/:id+", { GET: listV1Models }, dialectOfV1Models);
  route("/health", { GET: createHealth(server) });
  route("/openapi.json", { GET: onDemand(async () => (await description()).document) });
  route("/docs", { GET: onDemand(async () => (await description()).page) });
  route("/providers", { GET: createListProviders(server) });
  route("/limits", { GET: createListLimits(server) });
  route("/admin/revocations", {
    POST: onDemand(async () =>
      (await import("./handlers/revocations.ts")).createRevoke(
        server,
        config.JWT_MAX_LIFETIME_SECONDS,
      ),
    ),
  });
  route("/models", { GET: createListModels(server) });
  route("/usage", {
    GET: onDemand(async () => (await import("./handlers/usage.ts")).createShowUsage(server)),
  });
  route("/usage/calls", {
    GET: onDemand(async () => (await import("./handlers/usage-calls.ts")).createListCalls(server)),
  });
  route("/usage/latency", {
    GET: onDemand(async () =>
      (await import("./handlers/usage-latency.ts")).createShowLatency(server),
    ),
  });
  route("/dashboard", { GET: pages.page("dashboard") });
  route("/playground", { GET: pages.page("playground") });
  route("/pages/:name", { GET: pages.file });
  route("/metrics", { GET: createShowMetrics(server) });
}
