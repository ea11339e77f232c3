import type { JsonObject } from "../../chat/format.ts";
import { EFFORTS, type Effort } from "../../chat/request.ts";
import type { ProviderCall } from "../provider.ts";

export interface EncodedReasoning {
  thinking?: JsonObject;
  effort?: Effort;
  /** Tokens that thinking may take out of `max_tokens`. */
  budgetTokens: number;
}

const NOTHING: EncodedReasoning = { budgetTokens: 0 };

/** The smallest budget that the API takes, and the one it takes where the model says nothing else. */
const MIN_BUDGET = 1024;

/** A budget for each effort, on models that think by budget (Anthropic names none; low to high are the steps of its own examples). */
const BUDGETS: Record<Exclude<Effort, "none">, number> = {
  minimal: 1024,
  low: 4096,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_000,
};

/** `reasoning` → `thinking` and `output_config.effort`, by what the model takes. Says with a warning what it changed. */
export function encodeReasoning(call: ProviderCall): EncodedReasoning {
  const { request, model } = call;
  const { reasoning } = request;
  if (!reasoning) return NOTHING;
  const { effort, budget_tokens: budget, visible } = reasoning;
  const display: JsonObject = visible === undefined ? {} : { display: visible ? "summarized" : "omitted" };
  const isOff = effort === "none" || (effort === undefined && budget === 0);

  if (model.reasoning === "none") {
    if (!isOff && (effort !== undefined || budget !== undefined)) {
      const param = effort === undefined ? "reasoning.budget_tokens" : "reasoning.effort";
      call.warn({ code: "unsupported_parameter", param, message: "This model does not reason; the parameter was left out." });
    }
    return NOTHING;
  }
  if (isOff) return switchOff(call, display);
  if (effort === undefined && budget === undefined) {
    // The wish to see the reasoning does not ask for any, except where the model reasons by itself.
    return model.reasoning === "adaptive" && visible !== undefined
      ? { thinking: { type: "adaptive", ...display }, budgetTokens: 0 }
      : NOTHING;
  }
  if (forcesTool(call)) {
    call.warn({
      code: "adjusted_parameter",
      param: "reasoning",
      message: "Claude does not reason where a tool call is required; reasoning was left out.",
    });
    return NOTHING;
  }
  const byBudget = model.reasoning === "budget" || (model.reasoning === undefined && effort === undefined);
  return byBudget ? encodeBudget(call, display) : encodeEffort(call, display);
}

function forcesTool({ request: { tool_choice: choice, tools } }: ProviderCall): boolean {
  return tools !== undefined && tools.length > 0 && choice !== undefined && choice !== "auto" && choice !== "none";
}

function switchOff(call: ProviderCall, display: JsonObject): EncodedReasoning {
  const { model } = call;
  if (model.efforts && !model.efforts.includes("none") && model.reasoning === "adaptive") {
    const lowest = nearestEffort("minimal", model.efforts);
    call.warn({
      code: "adjusted_parameter",
      param: "reasoning.effort",
      message: `This model always reasons; its effort was set to ${lowest}.`,
    });
    return { thinking: { type: "adaptive", ...display }, effort: lowest, budgetTokens: 0 };
  }
  // What thinks by budget or by effort does not think unless it is told to.
  return model.reasoning === "adaptive" ? { thinking: { type: "disabled" }, budgetTokens: 0 } : NOTHING;
}

function encodeBudget(call: ProviderCall, display: JsonObject): EncodedReasoning {
  const { request, model } = call;
  const { effort, budget_tokens: wanted } = request.reasoning ?? {};
  const asked = wanted ?? BUDGETS[effort === undefined || effort === "none" ? "medium" : effort];
  const min = model.reasoning_budget?.min ?? MIN_BUDGET;
  const limit = request.max_tokens ?? model.max_output_tokens;
  const max = Math.min(model.reasoning_budget?.max ?? Number.POSITIVE_INFINITY, (limit ?? Number.POSITIVE_INFINITY) - 1);
  const param = wanted === undefined ? "reasoning.effort" : "reasoning.budget_tokens";
  if (max < min) {
    const message = `Claude needs ${min} tokens to reason, which max_tokens does not leave; reasoning was left out.`;
    call.warn({ code: "adjusted_parameter", param, message });
    return NOTHING;
  }
  const budget = Math.min(max, Math.max(min, asked));
  if (budget !== wanted) {
    call.warn({ code: "adjusted_parameter", param, message: `Sent as a reasoning budget of ${budget} tokens.` });
  }
  return { thinking: { type: "enabled", budget_tokens: budget, ...display }, budgetTokens: budget };
}

function encodeEffort(call: ProviderCall, display: JsonObject): EncodedReasoning {
  const { request, model } = call;
  const { effort: wanted, budget_tokens: budget } = request.reasoning ?? {};
  const effort = nearestEffort(wanted ?? effortOfBudget(budget ?? 0), model.efforts ?? CLAUDE_EFFORTS);
  if (wanted === undefined || budget !== undefined) {
    const message = `This model takes an effort and no budget; it was sent ${effort}.`;
    call.warn({ code: "adjusted_parameter", param: "reasoning.budget_tokens", message });
  } else if (effort !== wanted) {
    call.warn({ code: "adjusted_parameter", param: "reasoning.effort", message: `Sent as ${effort}.` });
  }
  if (model.reasoning === "effort") return { effort, budgetTokens: 0 };
  return { thinking: { type: "adaptive", ...display }, effort, budgetTokens: 0 };
}

const CLAUDE_EFFORTS: readonly Effort[] = ["low", "medium", "high", "xhigh", "max"];

function effortOfBudget(budget: number): Effort {
  if (budget <= BUDGETS.low) return "low";
  if (budget <= BUDGETS.medium) return "medium";
  if (budget <= BUDGETS.high) return "high";
  return budget <= BUDGETS.max ? "xhigh" : "max";
}

/** The effort itself where it is taken, else the one closest to it, the lower of two. */
function nearestEffort(effort: Effort, taken: readonly Effort[]): Effort {
  const at = EFFORTS.indexOf(effort);
  let nearest: Effort = "low";
  let distance = Number.POSITIVE_INFINITY;
  for (const candidate of EFFORTS) {
    if (candidate === "none" || !taken.includes(candidate)) continue;
    const far = Math.abs(EFFORTS.indexOf(candidate) - at);
    if (far < distance) {
      nearest = candidate;
      distance = far;
    }
  }
  return nearest;
}
