import type { RequestContext } from "../calls/request-context.ts";
import { respondJson, respondPage } from "../http/respond.ts";
import { describeApi } from "../openapi/describe-api.ts";
import { renderPage } from "../openapi/render-page.ts";
import type { Server } from "./server.ts";

/**
 * `GET /openapi.json` and `GET /docs`: the API. Built on first use; it reveals nothing of this
 * server's configuration.
 */
export function createApiDescription({ version }: Server) {
  let api: ReturnType<typeof describeApi> | undefined;
  let page: string | undefined;

  function describe() {
    api ??= describeApi(version);
    return api;
  }
  return {
    document: (_request: Request, { requestId }: RequestContext): Response =>
      respondJson(describe(), requestId),
    page(_request: Request, { requestId }: RequestContext): Response {
      page ??= renderPage(describe());
      return respondPage(page, requestId);
    },
  };
}
