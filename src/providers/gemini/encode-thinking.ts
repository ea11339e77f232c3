import type { Warning } from "../../chat/event.ts";
import type { ModelInfo } from "../../chat/model.ts";
import { type Effort, effortWorth, type Reasoning } from "../../chat/request.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { generationOf, isThirdGeneration } from "./model-generation.ts";
import { THINKING_LEVELS, type ThinkingConfig, type ThinkingLevel } from "./request.ts";

type Warn = (warning: Warning) => void;

/**
 * How much the model may think: a level since Gemini 3, a budget of tokens in Gemini 2.5, not
 * adjustable before.
 */
export function encodeThinking(
  reasoning: Reasoning | undefined,
  model: ModelInfo,
  warn: Warn,
): ThinkingConfig | undefined {
  if (!reasoning) return undefined;
  const config = encodeAmount(reasoning, model, warn);
  if (reasoning.visible !== undefined) config.includeThoughts = reasoning.visible;
  return isEmptyObject(config) ? undefined : config;
}

function encodeAmount(
  { effort, budget_tokens: budget }: Reasoning,
  model: ModelInfo,
  warn: Warn,
): ThinkingConfig {
  if (effort === undefined && budget === undefined) return {};
  switch (wayOfThinking(model)) {
    case "level":
      return {
        thinkingLevel:
          effort === undefined
            ? levelForBudget(budget ?? 0, model, warn)
            : levelForEffort(effort, model, warn),
      };
    case "budget":
      return {
        thinkingBudget:
          budget === undefined
            ? budgetForEffort(effort ?? "medium", model, warn)
            : fitBudget(budget, model, warn),
      };
    case "none":
      // Such a model does not think anyway.
      if (effort !== "none" && budget !== 0) {
        const param = effort === undefined ? "reasoning.budget_tokens" : "reasoning.effort";
        warn({
          code: "unsupported_parameter",
          param,
          message: `${model.id} ignores reasoning settings; they were left out.`,
        });
      }
      return {};
  }
}

/** The catalog decides; if it does not know the model, the generation does. */
function wayOfThinking(model: ModelInfo): "level" | "budget" | "none" {
  switch (model.reasoning) {
    case "none":
      return "none";
    case "budget":
      return "budget";
    case "effort":
    case "adaptive":
      return "level";
    case undefined:
      if (isThirdGeneration(model)) return "level";
      return generationOf(model) === 2.5 ? "budget" : "none";
  }
}

/** Levels by rising effort, on the scale of {@link EFFORT_RANK}. */
const LEVEL_RANK: Record<ThinkingLevel, number> = { MINIMAL: 1, LOW: 2, MEDIUM: 3, HIGH: 4 };
const EFFORT_RANK: Record<Effort, number> = {
  none: 0,
  minimal: 1,
  low: 2,
  medium: 3,
  high: 4,
  xhigh: 5,
  max: 6,
};

/**
 * The levels that a model takes. Flash models take all, the others all but MINIMAL
 * (ai.google.dev/gemini-api/docs/thinking).
 */
function levelsOf(model: ModelInfo): readonly ThinkingLevel[] {
  const known = model.efforts?.map((effort) => EFFORT_RANK[effort]);
  const levels = THINKING_LEVELS.filter((level) =>
    known ? known.includes(LEVEL_RANK[level]) : true,
  );
  if (known && levels.length > 0) return levels;
  return /flash|lite|latest/.test(model.id) ? THINKING_LEVELS : ["LOW", "MEDIUM", "HIGH"];
}

function nearestLevel(rank: number, model: ModelInfo): ThinkingLevel {
  const levels = levelsOf(model);
  let nearest = levels[0] ?? "LOW";
  for (const level of levels) {
    if (Math.abs(LEVEL_RANK[level] - rank) < Math.abs(LEVEL_RANK[nearest] - rank)) nearest = level;
  }
  return nearest;
}

function levelForEffort(effort: Effort, model: ModelInfo, warn: Warn): ThinkingLevel {
  const rank = EFFORT_RANK[effort];
  const level = nearestLevel(rank, model);
  if (LEVEL_RANK[level] !== rank) {
    warn({
      code: "adjusted_parameter",
      param: "reasoning.effort",
      message: `${model.id} does not support effort ${effort}; sent level ${level}.`,
    });
  }
  return level;
}

/**
 * Budgets by the rank of the effort, from Google's own table for its OpenAI API
 * (ai.google.dev/gemini-api/docs/openai).
 */
const BUDGET_BY_RANK = [0, 1024, 1024, 8192, 24_576];

function levelForBudget(budget: number, model: ModelInfo, warn: Warn): ThinkingLevel {
  const level = nearestLevel(EFFORT_RANK[effortWorth(budget)], model);
  warn({
    code: "adjusted_parameter",
    param: "reasoning.budget_tokens",
    message: `${model.id} uses thinking levels instead of budgets; sent ${level}.`,
  });
  return level;
}

interface BudgetRange {
  /** Whether the model takes 0, which turns thinking off. */
  off: boolean;
  min: number;
  max: number;
}

/** The catalog's range, or that of ai.google.dev/gemini-api/docs/thinking, "Thinking budgets". */
function budgetRangeOf(model: ModelInfo): BudgetRange {
  if (model.reasoning_budget) {
    const { min, max = 24_576 } = model.reasoning_budget;
    return { off: model.efforts?.includes("none") ?? false, min, max };
  }
  if (/2\.5-pro/.test(model.id)) return { off: false, min: 128, max: 32_768 };
  if (/2\.5-flash-lite/.test(model.id)) return { off: true, min: 512, max: 24_576 };
  return { off: true, min: 1, max: 24_576 };
}

function budgetForEffort(effort: Effort, model: ModelInfo, warn: Warn): number {
  const range = budgetRangeOf(model);
  const wanted = BUDGET_BY_RANK[EFFORT_RANK[effort]] ?? range.max;
  const budget = fit(wanted, range);
  // Effort `none` and budget 0 mean the same, so nothing was adjusted.
  if (wanted !== 0 || budget !== 0) {
    warn({
      code: "adjusted_parameter",
      param: "reasoning.effort",
      message: `${model.id} uses a token budget; sent ${budget} for effort ${effort}.`,
    });
  }
  return budget;
}

function fitBudget(wanted: number, model: ModelInfo, warn: Warn): number {
  const budget = fit(wanted, budgetRangeOf(model));
  if (budget !== wanted) {
    warn({
      code: "adjusted_parameter",
      param: "reasoning.budget_tokens",
      message: `${model.id} does not support a budget of ${wanted} tokens; sent ${budget}.`,
    });
  }
  return budget;
}

function fit(wanted: number, range: BudgetRange): number {
  if (wanted === 0 && range.off) return 0;
  return Math.min(range.max, Math.max(range.min, wanted));
}
