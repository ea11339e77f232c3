import type { EncodeCall } from "../../chat/encode-call.ts";
import type { Effort } from "../../chat/request.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

export interface EncodedReasoning {
  thinking?: JsonObject;
  effort?: Effort;
  /** Tokens of `max_tokens` that reasoning may use. */
  budgetTokens: number;
}

const NOTHING: EncodedReasoning = { budgetTokens: 0 };

/** The smallest budget that the API accepts. */
const MIN_BUDGET = 1024;

/**
 * Budgets for efforts, for models that reason within a budget. Anthropic defines none; low to high
 * are the steps in its own examples.
 */
const BUDGETS: Record<Effort, number> = {
  none: 0,
  minimal: 1024,
  low: 4096,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_000,
};

/**
 * `reasoning` → `thinking` and `output_config.effort`. For a model in the catalog, the request
 * holds only efforts and budgets that the model takes. A model that is not in the catalog is
 * assumed to be new, so that it decides by itself how much to think within an effort.
 */
export function encodeReasoning(call: EncodeCall): EncodedReasoning {
  const { request, model } = call;
  const { effort, budget_tokens: budget, visible } = request.reasoning ?? {};
  const display: JsonObject =
    visible === undefined ? {} : { display: visible ? "summarized" : "omitted" };
  if (model.reasoning === "none") return NOTHING;
  if (effort === "none" || (effort === undefined && budget === 0)) {
    // A model that thinks within a budget does not think unless asked.
    return model.reasoning === "adaptive"
      ? { thinking: { type: model.reasoning_off ?? "disabled" }, budgetTokens: 0 }
      : NOTHING;
  }
  if (effort === undefined && budget === undefined) {
    // Asking to see the reasoning does not turn it on, unless the model reasons by itself.
    const shows = model.reasoning === "adaptive" && visible !== undefined;
    return shows ? { thinking: { type: "adaptive", ...display }, budgetTokens: 0 } : NOTHING;
  }
  if (effort === undefined || budget !== undefined || model.reasoning === "budget") {
    const encoded = encodeBudget(call, budget ?? BUDGETS[effort ?? "medium"], display);
    const takesEffort = effort !== undefined && model.efforts?.includes(effort);
    return takesEffort ? { ...encoded, effort } : encoded;
  }
  if (model.reasoning === "effort") return { effort, budgetTokens: 0 };
  if (effort !== "minimal")
    return { thinking: { type: "adaptive", ...display }, effort, budgetTokens: 0 };
  call.warn({
    code: "adjusted_parameter",
    param: "reasoning.effort",
    message: "Claude's lowest effort is low; sent low.",
  });
  return { thinking: { type: "adaptive", ...display }, effort: "low", budgetTokens: 0 };
}

/**
 * Whether the model takes this `thinking` of a caller of Anthropic's own format. If not, what the
 * chat model says of it is sent instead, as the model takes it.
 */
export function takesThinking(thinking: unknown, call: EncodeCall): boolean {
  if (!isJsonObject(thinking)) return true;
  const { model, request } = call;
  switch (thinking.type) {
    case "enabled": {
      const { budget_tokens: budget } = thinking;
      const limit = request.max_tokens ?? model.max_output_tokens ?? Number.POSITIVE_INFINITY;
      return (
        !model.refuses?.includes("reasoning.budget_tokens") &&
        model.reasoning !== "none" &&
        !forcesTool(call) &&
        typeof budget === "number" &&
        budget >= MIN_BUDGET &&
        budget < limit
      );
    }
    case "adaptive":
      return model.reasoning !== "budget" && model.reasoning !== "none";
    case "disabled":
      return (
        model.efforts === undefined ||
        (model.efforts.includes("none") && model.reasoning_off === undefined)
      );
    default:
      return true;
  }
}

/** Whether the model takes this effort of a caller of Anthropic's own format. */
export function takesEffort(effort: unknown, { model }: EncodeCall): boolean {
  return (
    model.efforts === undefined ||
    effort === undefined ||
    model.efforts.some((name) => name === effort)
  );
}

function forcesTool({ request: { tool_choice: choice, tools } }: EncodeCall): boolean {
  return (
    tools !== undefined &&
    tools.length > 0 &&
    choice !== undefined &&
    choice !== "auto" &&
    choice !== "none"
  );
}

/**
 * A budget is part of `max_tokens` and must be smaller. The API refuses a budget if a tool call is
 * required, but accepts an effort (August 2026).
 */
function encodeBudget(call: EncodeCall, wanted: number, display: JsonObject): EncodedReasoning {
  const { request, model } = call;
  if (forcesTool(call)) {
    call.warn({
      code: "adjusted_parameter",
      param: "reasoning",
      message:
        "Claude does not reason within a budget if a tool call is required; reasoning was left out.",
    });
    return NOTHING;
  }
  const limit = request.max_tokens ?? model.max_output_tokens ?? Number.POSITIVE_INFINITY;
  const param =
    request.reasoning?.budget_tokens === undefined ? "reasoning.effort" : "reasoning.budget_tokens";
  if (limit <= MIN_BUDGET) {
    const message = `Claude needs ${MIN_BUDGET} tokens to reason, more than max_tokens leaves; reasoning was left out.`;
    call.warn({ code: "adjusted_parameter", param, message });
    return NOTHING;
  }
  const budget = Math.min(limit - 1, Math.max(MIN_BUDGET, wanted));
  if (budget !== wanted) {
    call.warn({
      code: "adjusted_parameter",
      param,
      message: `Claude does not support this reasoning budget; sent ${budget} tokens.`,
    });
  }
  return { thinking: { type: "enabled", budget_tokens: budget, ...display }, budgetTokens: budget };
}
