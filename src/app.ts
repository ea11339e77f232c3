import { Router } from "itty-router";
import { createAnswers } from "./answers/answers.ts";
import { createSeal, NO_SEAL } from "./answers/seal.ts";
import { createWebhooks } from "./answers/webhooks.ts";
import { createAuthenticator } from "./auth/create-authenticator.ts";
import { createRevocations } from "./auth/revocations.ts";
import type { RequestContext } from "./calls/call.ts";
import { createCatalog } from "./catalog/index.ts";
import { createSignatureMemory, memoryLimits } from "./chat/signature-memory.ts";
import type { Config } from "./config.ts";
import { anthropicMessagesDialect } from "./dialects/anthropic-messages/index.ts";
import { chatDialect } from "./dialects/chat/index.ts";
import type { ErrorDialect } from "./dialects/dialect.ts";
import { openaiChatDialect } from "./dialects/openai-chat/index.ts";
import { openaiEmbeddingsDialect } from "./dialects/openai-embeddings/index.ts";
import { openaiResponsesDialect } from "./dialects/openai-responses/index.ts";
import { ChatError, toChatError } from "./errors/chat-error.ts";
import { ERRORS } from "./errors/error-codes.ts";
import { shuttingDown } from "./errors/shutting-down.ts";
import { createCancelAnswer, createResumeAnswer, createShowAnswer } from "./handlers/answers.ts";
import { createApiDescription } from "./handlers/api-description.ts";
import { createCountTokens } from "./handlers/count-tokens.ts";
import { createEmbeddings } from "./handlers/embeddings.ts";
import { encodeInterrupted } from "./handlers/find-dialect.ts";
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
import { createCors } from "./http/cors.ts";
import { type ReadAsset, respondError } from "./http/respond.ts";
import { createLedger } from "./ledger/create-ledger.ts";
import type { LedgerSource } from "./ledger/database.ts";
import { ledgerMetrics } from "./ledger/ledger-metrics.ts";
import { createLimiter } from "./limits/limiter.ts";
import type { Platform, ProviderDeps } from "./platform.ts";
import { createBreaker } from "./routing/breaker.ts";
import { breakerMetric } from "./routing/breaker-metric.ts";
import { createProviders } from "./routing/create-providers.ts";
import { createRoutes } from "./routing/routes.ts";
import { createStores } from "./store/create-stores.ts";
import { createMemoryLimitStore } from "./store/memory-limits.ts";
import type { GetStoreObject } from "./store/object-limits.ts";
import { createLog } from "./telemetry/log.ts";
import { createCallLog } from "./telemetry/log-call.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { openCallsMetric } from "./telemetry/open-calls-metric.ts";
import { storeMetric } from "./telemetry/store-metric.ts";
import type { CreateTracer } from "./telemetry/tracer.ts";
import { VERSION } from "./version.ts";

/** What only some runtimes have. */
export interface Extras {
  readonly ledger?: LedgerSource | undefined;
  readonly metrics?: Metrics | undefined;
  /** Finds the Durable Object in which limits are kept (Workers). */
  readonly getStoreObject?: GetStoreObject | undefined;
  readonly readAsset?: ReadAsset | undefined;
  /** Undefined unless a collector is configured. */
  readonly createTracer?: CreateTracer | undefined;
}

export interface App {
  /** Asks the store and the key server for the first time; settles once they have answered or failed. */
  prepare(): Promise<void>;
  /**
   * Answers one request; it never rejects. The runtime must stay alive until what is passed to
   * `waitUntil` has settled.
   */
  fetch(request: Request, waitUntil: (promise: Promise<unknown>) => void): Promise<Response>;
  /** From now on new calls and `/health` get a 503, so that a load balancer goes elsewhere. */
  drain(): void;
  /** Ends every running call with `shutting_down`; a stream gets it as its terminal event. */
  shutDown(): void;
  /** Writes what recorders still hold. */
  close(): Promise<void>;
}

type Handler = (request: Request, context: RequestContext) => Response | Promise<Response>;

/** A field path that is safe to log. A path with other characters may contain part of a prompt. */
const PLAIN_PATH = /^[\w.[\]$-]{1,200}$/;

/** Whether the operator has set a variable that the reason for unavailability names. */
function isWanted(reason: string, env: Config["env"]): boolean {
  return (reason.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []).some((name) => Object.hasOwn(env, name));
}

/**
 * Configuration and platform → the server. Throws a ConfigError if it would not be safe to start.
 */
export function createApp(config: Config, platform: Platform, extras: Extras = {}): App {
  const providerDeps: ProviderDeps = {
    fetch: platform.fetch,
    now: platform.now,
    randomId: platform.randomId,
    timeouts: {
      headersMs: config.UPSTREAM_HEADERS_TIMEOUT_MS,
      answerMs: config.UPSTREAM_ANSWER_TIMEOUT_MS,
      idleMs: config.UPSTREAM_IDLE_TIMEOUT_MS,
      progressMs: config.UPSTREAM_PROGRESS_TIMEOUT_MS,
      totalMs: config.UPSTREAM_TOTAL_TIMEOUT_MS,
    },
  };
  const log = createLog(platform, config.LOG_LEVEL);
  const catalog = createCatalog(config);
  const { metrics } = extras;
  const ledger = extras.ledger && createLedger(extras.ledger, { platform, log, config });
  const stores = createStores(config, platform, extras.getStoreObject);
  const revocations = createRevocations({
    store: stores.revocations,
    now: platform.now,
    failure: config.STORE_FAILURE,
  });
  const limiter = createLimiter({
    store: stores.limits,
    fallback: createMemoryLimitStore(platform.now),
    failure: config.STORE_FAILURE,
    now: platform.now,
    report: (reason) =>
      reason === null
        ? log("info", "store", { store: stores.kind, state: "ok" })
        : log("error", "store", { store: stores.kind, state: "degraded", reason }),
    reportLost: (call, { tokens, microUsd }) =>
      log("error", "settlement_lost", { request_id: call, tokens, micro_usd: microUsd }),
  });
  log("info", "store", { store: stores.kind });
  const answerKeys = [config.ANSWER_KEY, config.ANSWER_KEY_PREVIOUS];
  const answers =
    config.STORE_ANSWERS === "on"
      ? createAnswers({
          store: stores.answers,
          // A process's own memory holds the keys as well.
          seal:
            stores.kind === "memory"
              ? NO_SEAL
              : createSeal(answerKeys.filter((key) => key !== undefined)),
          ttlMs: config.ANSWER_TTL_MS,
          maxBytes: config.ANSWER_MAX_BYTES,
          failure: config.STORE_FAILURE,
          now: platform.now,
          encodeInterrupted,
        })
      : null;
  const tracer = extras.createTracer?.({
    platform,
    log,
    store: stores.kind,
    identities: config.METRICS_IDENTITIES,
  });
  const providers = createProviders(config, config.env, catalog, providerDeps);
  const breaker = createBreaker(
    { failures: config.BREAKER_FAILURES, cooldownMs: config.BREAKER_COOLDOWN_MS },
    platform.now,
    (state, provider, model) =>
      log(state === "open" ? "warn" : "info", "breaker", { provider, model, state }),
  );
  let draining = false;
  const server: Server = {
    version: VERSION,
    platform,
    log,
    authenticator: createAuthenticator(config, platform, revocations),
    limiter,
    revocations,
    meter: {
      reserveOutputTokens: config.RESERVE_OUTPUT_TOKENS,
      allowUnpriced: config.UNPRICED === "allow",
    },
    catalog,
    providers,
    routes: createRoutes(config.ROUTES, { providers, catalog }),
    breaker,
    bodyLimits: {
      maxBytes: config.MAX_BODY_BYTES,
      timeoutMs: config.BODY_TIMEOUT_MS,
      maxDepth: config.MAX_JSON_DEPTH,
    },
    retry: {
      maxRetries: config.RETRY_MAX,
      firstContentMs: config.FIRST_CONTENT_TIMEOUT_MS,
    },
    stream: {
      heartbeatMs: config.HEARTBEAT_MS,
      commitAfterMs: config.COMMIT_AFTER_MS,
      clientStallMs: config.CLIENT_STALL_MS,
    },
    signatures: createSignatureMemory(memoryLimits(config.SIGNATURE_MEMORY_TURNS), platform.now),
    running: new Set(),
    isDraining: () => draining,
    recorders: [
      createCallLog(log),
      breaker.record,
      ...(metrics ? [metrics.record] : []),
      ...(ledger ? [ledger.record] : []),
      ...(tracer ? [tracer.record] : []),
    ],
    answers,
    webhooks: createWebhooks({
      fetch: platform.fetch,
      now: platform.now,
      secrets: config.WEBHOOK_SECRET,
      allowsPrivate: config.WEBHOOK_PRIVATE === "allow",
      report: (requestId, tries, failure) =>
        log(failure === null ? "info" : "warn", "webhook", {
          request_id: requestId,
          tries,
          reason: failure ?? undefined,
        }),
    }),
    ledger,
    metrics,
    readAsset: extras.readAsset,
  };
  if (metrics) {
    metrics.add(openCallsMetric(server.running));
    metrics.add(breakerMetric(breaker));
    metrics.add(storeMetric(stores.kind, limiter));
    if (ledger) for (const source of ledgerMetrics(ledger)) metrics.add(source);
  }
  if (!server.authenticator.configured)
    log("error", "auth", {
      code: "auth_not_configured",
      reason: ERRORS.auth_not_configured.message,
    });
  for (const provider of server.providers) {
    const { name, available } = provider;
    if (provider.available) log("info", "provider", { provider: name, available });
    else {
      const { code, reason } = provider;
      log(isWanted(reason, config.env) ? "warn" : "debug", "provider", {
        provider: name,
        available,
        code,
        reason,
      });
    }
  }

  const router = Router<Request, [RequestContext]>();

  /**
   * Registers a path. All its errors, 405 included, use its dialect. GET also answers HEAD: the
   * runtimes drop the body.
   */
  function route(
    path: string,
    methods: Readonly<Record<string, Handler>>,
    spoken: ErrorDialect | ((request: Request) => ErrorDialect) = chatDialect,
  ): void {
    const handlers = methods.GET ? { ...methods, HEAD: methods.GET } : methods;
    const allow = Object.keys(handlers).join(", ");
    router.all(path, async (request: Request, arrived: RequestContext): Promise<Response> => {
      const context = { ...arrived, route: path };
      const dialect = typeof spoken === "function" ? spoken(request) : spoken;
      try {
        const handler = Object.hasOwn(handlers, request.method)
          ? handlers[request.method]
          : undefined;
        // Codex asks for a WebSocket first, and falls back at once if it is told so by this status.
        if (request.headers.get("upgrade")?.toLowerCase() === "websocket")
          throw new ChatError("upgrade_unsupported");
        if (handler) {
          if (draining && request.method === "POST") throw shuttingDown();
          return await handler(request, context);
        }
        const refused = respondError(
          new ChatError("method_not_allowed", { message: `This path accepts ${allow} only.` }),
          dialect,
          context.requestId,
        );
        refused.headers.set("allow", allow);
        return refused;
      } catch (thrown) {
        return fail(toChatError(thrown), dialect, context);
      }
    });
  }

  function fail(error: ChatError, dialect: ErrorDialect, context: RequestContext): Response {
    const { requestId, route, trace, startedAt } = context;
    log(error.status >= 500 ? "error" : "info", "refused", {
      request_id: requestId,
      status: error.status,
      code: error.code,
      reason: error.logReason,
      param: error.param !== undefined && PLAIN_PATH.test(error.param) ? error.param : undefined,
    });
    metrics?.refused(error.code, route);
    const sent = trace && tracer?.refused({ trace, requestId, route, error, startedAt });
    if (sent) context.waitUntil(sent);
    return respondError(error, dialect, requestId);
  }

  // The router tries the paths in this order.
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

  const cors = createCors(config.corsOrigins);

  async function dispatch(request: Request, context: RequestContext): Promise<Response> {
    try {
      const response: Response | undefined = await router.fetch(request, context);
      return response ?? fail(new ChatError("not_found"), chatDialect, context);
    } catch {
      // Not a handler's failure: Bun and Deno build the request's URL from any Host header, and the
      // router fails to parse it.
      return fail(
        new ChatError("invalid_request", { message: "The Host header is missing or not valid." }),
        chatDialect,
        context,
      );
    }
  }

  return {
    async prepare() {
      await server.authenticator.prepare();
      if (revocations.isFailing())
        log("error", "store", {
          store: stores.kind,
          state: "degraded",
          reason: "revocations_unread",
        });
    },
    async fetch(request, waitUntil) {
      const requestId = platform.randomId();
      const context: RequestContext = {
        requestId,
        startedAt: platform.now(),
        trace: tracer?.begin(request, requestId),
        waitUntil,
      };
      const preflight = cors.preflight(request);
      if (preflight) return preflight;
      return cors.allow(request, await dispatch(request, context));
    },
    drain() {
      draining = true;
    },
    shutDown() {
      for (const call of server.running) call.abort(shuttingDown());
    },
    async close() {
      await Promise.all([ledger?.close(), tracer?.close()]);
    },
  };
}
