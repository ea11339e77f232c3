import * as z from "zod";
import { isPrintableName } from "../auth/printable-name.ts";
import type { Revocation } from "../auth/revocation.ts";
import { requireScope } from "../calls/authorize.ts";
import type { RequestContext } from "../calls/call.ts";
import { ChatError } from "../errors/chat-error.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { respondJson } from "../http/respond.ts";
import { formatPath } from "../json/format-path.ts";
import type { Server } from "./server.ts";

const nameSchema = z.string().refine(isPrintableName, "must be a printable name").optional();
/** Seconds since 1970, as in a token's own claims. */
const timeSchema = z.number().min(0).max(9_999_999_999).optional();

const CLAIMS = ["sub", "tenant", "jti", "iss"] as const;

/** The body of `POST /admin/revocations`: one claim by which the tokens are named, and two times. */
export const revocationRequestSchema = z
  .strictObject({
    sub: nameSchema.describe("The tokens of this subject."),
    tenant: nameSchema.describe("The tokens whose `ai` claim has this tenant."),
    jti: nameSchema.describe("This token."),
    iss: nameSchema.describe("All tokens of this issuer, the administrator's own among them."),
    issued_before: timeSchema.describe(
      "Only tokens issued before this, in seconds since 1970; so newer ones go on working.",
    ),
    until: timeSchema.describe(
      "When the revocation ends, in seconds since 1970. Default: when the last token that is out now has ended.",
    ),
  })
  .refine(
    (body) => CLAIMS.filter((claim) => body[claim] !== undefined).length === 1,
    `must have exactly one of ${CLAIMS.join(", ")}`,
  );

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
    // Tokens live no longer than this, so later none of those that are meant is left.
    const latest = now + (maxLifetimeSeconds + 120) * 1000;
    const claim = CLAIMS.find((name) => names[name] !== undefined) ?? "sub";
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
