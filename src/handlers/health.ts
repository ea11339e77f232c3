import type { RequestContext } from "../calls/call.ts";
import { respondJson } from "../http/respond.ts";
import type { Server } from "./server.ts";

/** `GET /health`: whether the program runs. It asks nobody else and tells an anonymous caller nothing about the configuration. */
export function createHealth({ version, platform }: Server) {
  return (_request: Request, { requestId }: RequestContext): Response =>
    respondJson({ status: "ok", version, runtime: platform.runtime }, requestId);
}
