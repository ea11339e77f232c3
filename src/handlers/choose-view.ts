import type { Principal } from "../auth/principal.ts";
import { requireScope } from "../calls/authorize.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Scope } from "../usage/query.ts";
import type { UsageParams } from "../usage/read-params.ts";

export interface View {
  readonly name: "own" | "tenant" | "all";
  readonly scope: Scope;
}

/**
 * Whose calls the caller sees: the ones that it asks for, or else the most that its token allows.
 * Throws `forbidden`, naming the scope that is missing.
 */
export function chooseView(principal: Principal, asked: UsageParams["view"]): View {
  const tenant = principal.policy.tenant;
  const { issuer, subject } = principal;
  switch (asked ?? widestView(principal, tenant)) {
    case "all":
      requireScope(principal, "admin");
      return { name: "all", scope: {} };
    case "tenant":
      requireScope(principal, "usage:tenant");
      if (tenant === null)
        throw new ChatError("forbidden", { message: "The token names no tenant." });
      return { name: "tenant", scope: { issuer, tenant } };
    case "own":
      requireScope(principal, "usage:read");
      return { name: "own", scope: { issuer, tenant: tenant ?? "", subject } };
  }
}

function widestView(principal: Principal, tenant: string | null): View["name"] {
  if (principal.policy.hasScope("admin")) return "all";
  return tenant !== null && principal.policy.hasScope("usage:tenant") ? "tenant" : "own";
}
