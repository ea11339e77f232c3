/**
 * Any header: the vendors' client libraries send a dozen of their own. The star covers all but
 * `authorization` (Fetch standard, "CORS-preflight fetch").
 */
const ALLOWED_HEADERS = "authorization, *";
const EXPOSED_HEADERS =
  "x-request-id, request-id, retry-after, x-warnings, x-token-count, x-served-by, x-cost-usd, server-timing, idempotency-replayed";

export interface Cors {
  /** The preflight response, or null if this is no preflight or the origin is not allowed. */
  preflight(request: Request): Response | null;
  /** Lets the page read the answer if its origin is allowed. */
  allow(request: Request, response: Response): Response;
}

/**
 * Off if no origin is configured (`CORS_ORIGINS`). Exact origins only, never with cookies. The
 * answer does not depend on the path, so it reveals no route.
 */
export function createCors(origins: readonly string[]): Cors {
  function allowedOrigin(request: Request): string | null {
    const origin = origins.length === 0 ? null : request.headers.get("origin");
    return origin !== null && origins.includes(origin) ? origin : null;
  }
  return {
    preflight(request) {
      const origin = request.method === "OPTIONS" ? allowedOrigin(request) : null;
      if (origin === null) return null;
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": "GET, POST, DELETE",
          "access-control-allow-headers": ALLOWED_HEADERS,
          "access-control-max-age": "600",
          vary: "origin",
        },
      });
    },
    allow(request, response) {
      const origin = allowedOrigin(request);
      if (origin !== null) {
        response.headers.set("access-control-allow-origin", origin);
        response.headers.set("access-control-expose-headers", EXPOSED_HEADERS);
        response.headers.append("vary", "origin");
      }
      return response;
    },
  };
}
