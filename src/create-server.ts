import { createAnswers } from "./answers/answers.ts";
import { createSeal, NO_SEAL } from "./answers/seal.ts";
import { createWebhooks } from "./answers/webhooks.ts";
import { createAuthenticator } from "./auth/create-authenticator.ts";
import { createRevocations } from "./auth/revocations.ts";
import { createCatalog } from "./catalog/index.ts";
import { createSignatureMemory, memoryLimits } from "./chat/signature-memory.ts";
import type { Config } from "./config.ts";
import { ERRORS } from "./errors/error-codes.ts";
import { encodeInterrupted } from "./handlers/find-dialect.ts";
import type { Server } from "./handlers/server.ts";
import type { ReadAsset } from "./http/respond.ts";
import { createLedger } from "./ledger/create-ledger.ts";
import { ledgerMetrics } from "./ledger/ledger-metrics.ts";
import type { LedgerSource } from "./ledger/source.ts";
import { createLimiter } from "./limits/limiter.ts";
import type { Platform, ProviderDeps } from "./platform.ts";
import { createBreaker } from "./routing/breaker.ts";
import { breakerMetric } from "./routing/breaker-metric.ts";
import { createProviders } from "./routing/create-providers.ts";
import { createRoutes } from "./routing/routes.ts";
import { createStores, type StorePlaces } from "./store/create-stores.ts";
import { createMemoryLimitStore } from "./store/memory-limits.ts";
import { createLog } from "./telemetry/log.ts";
import { createCallLog } from "./telemetry/log-call.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { openCallsMetric } from "./telemetry/open-calls-metric.ts";
import { storeMetric } from "./telemetry/store-metric.ts";
import type { CreateTracer, Tracer } from "./telemetry/tracer.ts";
import { VERSION } from "./version.ts";

/** What only some runtimes have. */
export interface Extras extends StorePlaces {
  readonly ledger?: LedgerSource | undefined;
  readonly metrics?: Metrics | undefined;
  readonly readAsset?: ReadAsset | undefined;
  /** Undefined unless a collector is configured. */
  readonly createTracer?: CreateTracer | undefined;
}

/** Everything that the handlers use, and the tracer, which also sees what is refused before them. */
export interface Composition {
  readonly server: Server;
  readonly tracer: Tracer | undefined;
  /** Asks the store and the key server for the first time; settles once they have answered or failed. */
  prepare(): Promise<void>;
}

/** Puts the server together. Throws a ConfigError if it would not be safe to start. */
export function createServer(
  config: Config,
  platform: Platform,
  extras: Extras,
  isDraining: () => boolean,
): Composition {
  const log = createLog(platform, config.LOG_LEVEL);
  const catalog = createCatalog(config);
  const { metrics } = extras;
  const ledger = extras.ledger && createLedger(extras.ledger, { platform, log, config });
  const stores = createStores(config, platform, extras);
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
          every: platform.every,
          encodeInterrupted,
        })
      : null;
  const tracer = extras.createTracer?.({
    platform,
    log,
    store: stores.kind,
    identities: config.METRICS_IDENTITIES,
  });
  const providers = createProviders(
    config,
    config.env,
    catalog,
    createProviderDeps(config, platform),
  );
  const breaker = createBreaker(
    { failures: config.BREAKER_FAILURES, cooldownMs: config.BREAKER_COOLDOWN_MS },
    platform.now,
    (state, provider, model) =>
      log(state === "open" ? "warn" : "info", "breaker", { provider, model, state }),
  );
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
    isDraining,
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
  if (metrics) addMetrics(metrics, server, stores.kind);
  logSetup(server, config.env);

  return {
    server,
    tracer,
    async prepare() {
      await server.authenticator.prepare();
      if (revocations.isFailing())
        log("error", "store", {
          store: stores.kind,
          state: "degraded",
          reason: "revocations_unread",
        });
    },
  };
}

function createProviderDeps(config: Config, platform: Platform): ProviderDeps {
  return {
    host: platform.host,
    fetch: platform.fetch,
    now: platform.now,
    randomId: platform.randomId,
    every: platform.every,
    timeouts: {
      headersMs: config.UPSTREAM_HEADERS_TIMEOUT_MS,
      answerMs: config.UPSTREAM_ANSWER_TIMEOUT_MS,
      idleMs: config.UPSTREAM_IDLE_TIMEOUT_MS,
      progressMs: config.UPSTREAM_PROGRESS_TIMEOUT_MS,
      totalMs: config.UPSTREAM_TOTAL_TIMEOUT_MS,
    },
  };
}

function addMetrics(metrics: Metrics, server: Server, storeKind: string): void {
  const { running, breaker, limiter, ledger } = server;
  metrics.add(openCallsMetric(running));
  metrics.add(breakerMetric(breaker));
  metrics.add(storeMetric(storeKind, limiter));
  if (ledger) for (const source of ledgerMetrics(ledger)) metrics.add(source);
}

/** Tells the operator what was set up, and what is wrong with it. */
function logSetup({ authenticator, providers, log }: Server, env: Config["env"]): void {
  if (!authenticator.configured)
    log("error", "auth", {
      code: "auth_not_configured",
      reason: ERRORS.auth_not_configured.message,
    });
  for (const provider of providers) {
    const { name, available } = provider;
    if (provider.available) log("info", "provider", { provider: name, available });
    else {
      const { code, reason } = provider;
      log(isWanted(reason, env) ? "warn" : "debug", "provider", {
        provider: name,
        available,
        code,
        reason,
      });
    }
  }
}

/** Whether the operator has set a variable that the reason for unavailability names. */
function isWanted(reason: string, env: Config["env"]): boolean {
  return (reason.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []).some((name) => Object.hasOwn(env, name));
}
