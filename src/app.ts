import { Router } from "itty-router";
import type { RequestContext } from "./calls/request-context.ts";
import type { Config } from "./config.ts";
import { createServer, type Extras } from "./create-server.ts";
import { chatErrors } from "./dialects/chat/encode-error.ts";
import type { ErrorDialect } from "./dialects/dialect.ts";
import { ChatError, toChatError } from "./errors/chat-error.ts";
import { shuttingDown } from "./errors/shutting-down.ts";
import { createCors } from "./http/cors.ts";
import { respondError } from "./http/respond.ts";
import type { Platform } from "./platform.ts";
import { type AddRoute, addRoutes } from "./routes.ts";

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

/** A field path that is safe to log. A path with other characters may contain part of a prompt. */
const PLAIN_PATH = /^[\w.[\]$-]{1,200}$/;

type RouteHandler = (request: Request, context: RequestContext) => Promise<Response>;

/**
 * Configuration and platform → the server. Throws a ConfigError if it would not be safe to start.
 */
export function createApp(config: Config, platform: Platform, extras: Extras = {}): App {
  let draining = false;
  const { server, tracer, prepare } = createServer(config, platform, extras, () => draining);
  const { log, metrics } = server;
  const router = Router<Request, [RequestContext]>();
  /**
   * Paths without parameters, which nearly all calls ask for. Finding them here saves the router
   * from parsing the query and trying one pattern after another.
   */
  const plainPaths = new Map<string, RouteHandler>();

  const route: AddRoute = (path, methods, spoken = chatErrors) => {
    const handlers = methods.GET ? { ...methods, HEAD: methods.GET } : methods;
    const allow = Object.keys(handlers).join(", ");
    const handle: RouteHandler = async (request, arrived) => {
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
    };
    if (!path.includes(":")) plainPaths.set(path, handle);
    router.all(path, handle);
  };

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

  addRoutes(route, server, config);
  const cors = createCors(config.corsOrigins);

  async function dispatch(request: Request, context: RequestContext): Promise<Response> {
    try {
      const handle = plainPaths.get(new URL(request.url).pathname);
      const response: Response | undefined = await (handle
        ? handle(request, context)
        : router.fetch(request, context));
      return response ?? fail(new ChatError("not_found"), chatErrors, context);
    } catch {
      // Not a handler's failure: Bun and Deno build the request's URL from any Host header, and
      // this one cannot be parsed.
      return fail(
        new ChatError("invalid_request", { message: "The Host header is missing or not valid." }),
        chatErrors,
        context,
      );
    }
  }

  return {
    prepare,
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
      await Promise.all([server.ledger?.close(), tracer?.close()]);
    },
  };
}
