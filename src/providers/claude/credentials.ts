import { checkCredential } from "../../env/check-credential.ts";
import type { ClaudeConfig } from "./env.ts";

/**
 * How this server identifies itself to Anthropic: `ANTHROPIC_API_KEY`, `CLAUDE_ACCESS_TOKEN` or
 * `CLAUDE_CODE_OAUTH_TOKEN`.
 */
export type ClaudeCredential =
  | { type: "api_key"; value: string }
  | { type: "oauth"; value: string };

/** In order of precedence. */
const VARIABLES = ["ANTHROPIC_API_KEY", "CLAUDE_ACCESS_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"] as const;

/** The configuration → a credential, or what the operator must do to have one. */
export function readClaudeCredential(config: ClaudeConfig): ClaudeCredential | { reason: string } {
  for (const name of VARIABLES) {
    const value = config[name];
    if (value === undefined) continue;
    const fault = checkCredential(value, name);
    if (fault !== undefined) return { reason: fault };
    const isApiKey =
      value.startsWith("sk-ant-api") ||
      (name === "ANTHROPIC_API_KEY" && !value.startsWith("sk-ant-oat"));
    return { type: isApiKey ? "api_key" : "oauth", value };
  }
  return { reason: "Set ANTHROPIC_API_KEY (or CLAUDE_ACCESS_TOKEN)." };
}
