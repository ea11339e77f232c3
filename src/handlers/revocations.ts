import "../errors/schema-messages.ts";
import { REVOCABLE_CLAIMS, type Revocation, revocationRequestSchema } from "../auth/revocation.ts";
import { requireScope } from "../calls/authorize.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { ChatError } from "../errors/chat-error.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { respondJson } from "../http/respond.ts";
import { formatPath } from "../json/format-path.ts";
import type { Server } from "./server.ts";

/** `POST /admin/revocations`: from now on these tokens are refused, and their running calls end. */
export function createRevoke(server: Server, maxLifetimeSeconds: number) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const principal = await server.authenticator.authenticate(request);
    requireScope(principal, "admin");
    const parsed = revocationRequestSchema.safeParse(
      await readJsonBody(request, server.bodyLimits),
    );
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new ChatError("invalid_request", {
        param: formatPath(issue?.path ?? []),
        message: issue?.message ?? "The revocation is not valid.",
      });
    }
    const { issued_before, until, ...names } = parsed.data;
    const now = server.platform.now();
    // By then every token that was issued before the revocation has expired.
    const latest = now + (maxLifetimeSeconds + 120) * 1000;
    const claim = REVOCABLE_CLAIMS.find((name) => names[name] !== undefined) ?? "sub";
    const revocation: Revocation = {
      claim,
      value: names[claim] ?? "",
      issuedBefore: issued_before ?? null,
      until: Math.round(until === undefined ? latest : until * 1000),
    };
    await server.revocations.revoke(revocation);
    server.log("warn", "revocation", {
      request_id: requestId,
      subject: principal.subject,
      claim,
      value: revocation.value,
    });
    const body = { ...names, issued_before: issued_before ?? null, until: revocation.until / 1000 };
    return respondJson({ revocation: body }, requestId, 201);
  };
}
