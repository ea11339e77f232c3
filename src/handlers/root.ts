import type { RequestContext } from "../calls/request-context.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/** `GET /`: what this is. Claude Code asks for `HEAD /` at its start. */
export function createShowRoot({ version }: Server) {
  return (_request: Request, { requestId }: RequestContext): Response =>
    respondJson({ name: "ai-server", version, docs: "/docs", openapi: "/openapi.json" }, requestId);
}
