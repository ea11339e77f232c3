import { ChatError } from "../errors/chat-error.ts";
import type { Principal } from "./principal.ts";

export const SCOPES = ["chat", "usage:read", "usage:tenant", "metrics", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** What a token without the claim `scope` may do. */
const DEFAULT_SCOPE = "chat usage:read";

/** Whether the token has this scope. `admin` allows everything. */
export function hasScope({ claims }: Principal, scope: Scope): boolean {
  const given = typeof claims.scope === "string" ? claims.scope : DEFAULT_SCOPE;
  const scopes = given.split(" ");
  return scopes.includes(scope) || scopes.includes("admin");
}

/** Throws `forbidden`, naming the scope, unless the token has it. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (hasScope(principal, scope)) return;
  throw new ChatError("forbidden", {
    message: `The token's scope does not include \`${scope}\`.`,
    param: "scope",
  });
}

/** The tenant that the token names in its claim `ai`; null if it names none. */
export function tenantOf({ claims }: Principal): string | null {
  const { ai } = claims;
  if (typeof ai !== "object" || ai === null || !("tenant" in ai)) return null;
  return typeof ai.tenant === "string" && ai.tenant !== "" ? ai.tenant : null;
}
