import type { RequestContext } from "../calls/call.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/**
 * `GET /health`: whether the program runs. It calls nothing else, and reveals nothing of the
 * configuration to an anonymous caller.
 */
export function createHealth({ version, platform }: Server) {
  return (_request: Request, { requestId }: RequestContext): Response =>
    respondJson({ status: "ok", version, runtime: platform.runtime }, requestId);
}
