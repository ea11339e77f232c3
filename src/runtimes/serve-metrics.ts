import type { Metrics } from "../telemetry/metrics.ts";

/** Answers `GET /metrics` on a port of its own, where only the private network comes. */
export function createMetricsHandler(metrics: Pick<Metrics, "page" | "contentType">) {
  return async (request: Request): Promise<Response> => {
    if (new URL(request.url).pathname !== "/metrics") return new Response(null, { status: 404 });
    const page = await metrics.page();
    return new Response(page, { headers: { "content-type": metrics.contentType } });
  };
}
