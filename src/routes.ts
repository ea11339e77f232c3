import type { RequestContext } from "./calls/request-context.ts";
import type { Config } from "./config.ts";
import { anthropicMessagesDialect } from "./dialects/anthropic-messages/index.ts";
import { chatDialect } from "./dialects/chat/index.ts";
import type { ErrorDialect } from "./dialects/dialect.ts";
import { openaiChatDialect } from "./dialects/openai-chat/index.ts";
import { openaiEmbeddingsDialect } from "./dialects/openai-embeddings/index.ts";
import { openaiResponsesDialect } from "./dialects/openai-responses/index.ts";
import { createCancelAnswer, createResumeAnswer, createShowAnswer } from "./handlers/answers.ts";
import { createApiDescription } from "./handlers/api-description.ts";
import { createCountTokens } from "./handlers/count-tokens.ts";
import { createEmbeddings } from "./handlers/embeddings.ts";
import { createGenerate } from "./handlers/generate.ts";
import { createHealth } from "./handlers/health.ts";
import { createListLimits } from "./handlers/limits.ts";
import { createShowMetrics } from "./handlers/metrics.ts";
import { createListModels } from "./handlers/models.ts";
import { createPages } from "./handlers/pages.ts";
import { createListProviders } from "./handlers/providers.ts";
import { createRevoke } from "./handlers/revocations.ts";
import { createShowRoot } from "./handlers/root.ts";
import type { Server } from "./handlers/server.ts";
import { createCancelResponse, createShowResponse } from "./handlers/stored-responses.ts";
import { createShowUsage } from "./handlers/usage.ts";
import { createListCalls } from "./handlers/usage-calls.ts";
import { createShowLatency } from "./handlers/usage-latency.ts";
import { createListV1Models, dialectOfV1Models } from "./handlers/v1-models.ts";

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

/** Everything that this server answers. The router tries the paths in this order. */
export function addRoutes(route: AddRoute, server: Server, config: Config): void {
  route("/", { GET: createShowRoot(server) });
  route("/chat", { POST: createGenerate(chatDialect, server) });
  route("/chat/:id", { GET: createShowAnswer(server), DELETE: createCancelAnswer(server) });
  route("/chat/:id/events", { GET: createResumeAnswer(server) });
  route(
    "/v1/chat/completions",
    { POST: createGenerate(openaiChatDialect, server) },
    openaiChatDialect,
  );
  route(
    "/v1/responses",
    { POST: createGenerate(openaiResponsesDialect, server) },
    openaiResponsesDialect,
  );
  route("/v1/responses/:id", { GET: createShowResponse(server) }, openaiResponsesDialect);
  route("/v1/responses/:id/cancel", { POST: createCancelResponse(server) }, openaiResponsesDialect);
  route(
    "/v1/messages",
    { POST: createGenerate(anthropicMessagesDialect, server) },
    anthropicMessagesDialect,
  );
  route("/v1/messages/count_tokens", { POST: createCountTokens(server) }, anthropicMessagesDialect);
  route("/v1/embeddings", { POST: createEmbeddings(server) }, openaiEmbeddingsDialect);
  const listV1Models = createListV1Models(server);
  route("/v1/models", { GET: listV1Models }, dialectOfV1Models);
  route("/v1/models/:id+", { GET: listV1Models }, dialectOfV1Models);
  route("/health", { GET: createHealth(server) });
  const description = createApiDescription(server);
  route("/openapi.json", { GET: description.document });
  route("/docs", { GET: description.page });
  route("/providers", { GET: createListProviders(server) });
  route("/limits", { GET: createListLimits(server) });
  route("/admin/revocations", { POST: createRevoke(server, config.JWT_MAX_LIFETIME_SECONDS) });
  route("/models", { GET: createListModels(server) });
  route("/usage", { GET: createShowUsage(server) });
  route("/usage/calls", { GET: createListCalls(server) });
  route("/usage/latency", { GET: createShowLatency(server) });
  const pages = createPages(server);
  route("/dashboard", { GET: pages.page("dashboard") });
  route("/playground", { GET: pages.page("playground") });
  route("/pages/:name", { GET: pages.file });
  route("/metrics", { GET: createShowMetrics(server) });
}
