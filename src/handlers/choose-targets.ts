import type { Principal } from "../auth/principal.ts";
import { type Authorized, authorize } from "../calls/authorize.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { type Selection, selectTargets } from "../routing/select-targets.ts";
import { recallSignatures } from "./recall-signatures.ts";
import type { Server } from "./server.ts";

/** Whom a call may try, and with what. */
export type Chosen = Selection & Authorized;

/**
 * The targets of a request that its token allows. The request comes with the signatures that its
 * caller had no place for, unless it speaks the format of the first target.
 */
export async function chooseTargets(
  asked: ChatRequest,
  principal: Principal,
  dialect: Dialect,
  server: Server,
): Promise<Chosen> {
  const selected = selectTargets(asked, server, dialect.defaultProvider);
  const allowed = authorize(principal, asked, selected.targets);
  const { format } = allowed.targets[0].provider;
  const request =
    format === dialect.format
      ? allowed.request
      : await recallSignatures(allowed.request, principal, format, server.signatures);
  return { ...selected, ...allowed, request };
}
