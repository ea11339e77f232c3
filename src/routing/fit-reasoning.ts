import type { ModelInfo } from "../chat/model.ts";
import {
  EFFORTS,
  type Effort,
  effortWorth,
  nearestEffort,
  type Reasoning,
} from "../chat/request.ts";
import type { Fit } from "./fit.ts";

/**
 * The budget of tokens for an effort: the figures of Google's own OpenAI endpoint
 * (ai.google.dev/gemini-api/docs/openai), extrapolated to the efforts that it lacks.
 */
const BUDGETS: Record<Effort, number> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
};

/**
 * The reasoning settings that the model supports: an effort instead of a budget or the reverse, the
 * nearest effort, a budget within the model's limits, each with a warning. The same object if
 * nothing changes, undefined if nothing is left. For a model that is not in the catalog only the
 * provider's capabilities are known; the provider maps the rest itself.
 */
export function fitReasoning(
  reasoning: Reasoning,
  maxTokens: number | undefined,
  model: ModelInfo,
  fit: Fit,
): Reasoning | undefined {
  const { budget_tokens: budget, visible } = reasoning;
  // A budget of 0 is another way to say that the model must not reason.
  const effort =
    budget === 0 && reasoning.effort === undefined && model.efforts?.includes("none")
      ? "none"
      : reasoning.effort;
  const thinks = model.reasoning !== "none";
  const takesEffort =
    thinks &&
    fit.takes("reasoning.effort") &&
    (model.reasoning !== "budget" || model.efforts !== undefined);
  const takesBudget =
    thinks && fit.takes("reasoning.budget_tokens") && model.reasoning !== "effort";

  const fitted: Reasoning = {};
  if (visible !== undefined && thinks) {
    if (fit.takes("reasoning.visible")) fitted.visible = visible;
    else fit.drop("reasoning.visible");
  }
  if (effort !== undefined) {
    const nearest = takesEffort ? nearestEffort(effort, model.efforts ?? EFFORTS) : undefined;
    if (nearest !== undefined) {
      if (nearest !== effort)
        fit.adjust("reasoning.effort", `does not support effort ${effort}; sent ${nearest}`);
      fitted.effort = nearest;
    } else if (takesBudget && budget === undefined) {
      const worth = affordableBudget(BUDGETS[effort], maxTokens, model);
      if (worth === undefined)
        fit.drop("reasoning.effort", "cannot reason within this few max_tokens");
      else {
        fit.adjust("reasoning.effort", `uses a token budget; sent ${worth} for effort ${effort}`);
        fitted.budget_tokens = worth;
      }
    } else if (thinks || effort !== "none") fit.drop("reasoning.effort");
  }
  if (budget !== undefined && !(budget === 0 && effort === "none")) {
    if (takesBudget) {
      const allowed = clampBudget(budget, model);
      if (allowed !== budget)
        fit.adjust(
          "reasoning.budget_tokens",
          `does not support a budget of ${budget} tokens; sent ${allowed}`,
        );
      fitted.budget_tokens = allowed;
    } else if (takesEffort && effort === undefined) {
      const worth = nearestEffort(effortWorth(budget), model.efforts ?? EFFORTS);
      if (worth === undefined) fit.drop("reasoning.budget_tokens");
      else {
        fit.adjust(
          "reasoning.budget_tokens",
          `uses an effort; sent ${worth} for a budget of ${budget} tokens`,
        );
        fitted.effort = worth;
      }
    } else if (thinks || budget > 0) fit.drop("reasoning.budget_tokens");
  }
  if (
    fitted.effort === reasoning.effort &&
    fitted.budget_tokens === budget &&
    fitted.visible === visible
  )
    return reasoning;
  return Object.keys(fitted).length === 0 ? undefined : fitted;
}

function clampBudget(budget: number, { reasoning_budget: limits }: ModelInfo): number {
  if (!limits) return budget;
  return Math.max(limits.min, Math.min(budget, limits.max ?? budget));
}

/**
 * A budget is part of `max_tokens` and must be smaller: at most half of it, to leave room for an
 * answer.
 */
function affordableBudget(
  budget: number,
  maxTokens: number | undefined,
  model: ModelInfo,
): number | undefined {
  const wanted = maxTokens === undefined ? budget : Math.min(budget, Math.floor(maxTokens / 2));
  const allowed = clampBudget(wanted, model);
  return maxTokens === undefined || allowed < maxTokens ? allowed : undefined;
}
