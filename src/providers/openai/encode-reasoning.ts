import type { Warning } from "../../chat/event.ts";
import { type Effort, effortWorth, type Reasoning } from "../../chat/request.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";

/**
 * Reasoning settings for a format that has efforts but no budgets. The effort already fits the
 * model. `summary` is the caller's own setting in this format, or empty.
 */
export function encodeReasoning(
  reasoning: Reasoning,
  summary: JsonObject,
  warn: (warning: Warning) => void,
): JsonObject {
  const encoded = defined({ effort: reasoning.effort ?? effortOf(reasoning.budget_tokens, warn) });
  if (!reasoning.visible) return encoded;
  return { ...encoded, ...(isEmptyObject(summary) ? { summary: "auto" } : summary) };
}

function effortOf(
  budget: number | undefined,
  warn: (warning: Warning) => void,
): Effort | undefined {
  if (budget === undefined) return undefined;
  const effort = effortWorth(budget);
  warn({
    code: "adjusted_parameter",
    param: "reasoning.budget_tokens",
    message: `OpenAI uses efforts instead of budgets; sent ${effort} for ${budget} tokens.`,
  });
  return effort;
}
