import type { JsonObject } from "../../chat/format.ts";
import { EFFORTS, type Effort, type Reasoning } from "../../chat/request.ts";
import type { EncodeCall } from "./encode-request.ts";
import { isObject } from "./is-object.ts";
import type { Quirks } from "./quirks.ts";

/** Budgets in tokens up to which an effort is the near one. */
const BUDGETS: readonly (readonly [number, Effort])[] = [
  [0, "none"],
  [1024, "minimal"],
  [4096, "low"],
  [16_384, "medium"],
];

/** How much the model may think → the server's own fields for it. */
export function encodeReasoning(call: EncodeCall, said: JsonObject, quirks: Quirks): JsonObject {
  const { reasoning } = call.request;
  const effort = reasoning ? chooseEffort(reasoning, call, quirks) : undefined;
  const own = saidReasoning(said, reasoning, effort);
  if (!reasoning || own.reasoning_effort !== undefined || own.reasoning !== undefined) return own;
  return { ...encodeOwnWay(reasoning, effort, quirks), ...own };
}

function encodeOwnWay(reasoning: Reasoning, effort: Effort | undefined, quirks: Quirks): JsonObject {
  switch (quirks.reasoning_request) {
    case "none":
      return hideReasoning(reasoning, quirks);
    case "reasoning_effort":
      return { ...(effort === undefined ? {} : { reasoning_effort: effort }), ...hideReasoning(reasoning, quirks) };
    case "thinking":
      if (effort === undefined) return {};
      return effort === "none" ? { thinking: { type: "disabled" } } : { reasoning_effort: effort };
    case "reasoning": {
      const fields: JsonObject = {
        ...(effort === undefined ? {} : { effort }),
        ...(effort === undefined && reasoning.budget_tokens !== undefined ? { max_tokens: reasoning.budget_tokens } : {}),
        ...(reasoning.visible === false ? { exclude: true } : {}),
      };
      return Object.keys(fields).length > 0 ? { reasoning: fields } : {};
    }
  }
}

/**
 * The caller's own fields. Those that say what the chat model says too count only as long as the request still says it: what was
 * dropped for this model must not come back through them.
 */
function saidReasoning(said: JsonObject, reasoning: Reasoning | undefined, effort: Effort | undefined): JsonObject {
  const own: JsonObject = {};
  if (said.thinking !== undefined) own.thinking = said.thinking;
  if (said.reasoning_effort !== undefined) {
    const modeled = EFFORTS.some((known) => known === said.reasoning_effort);
    if (!modeled || effort === said.reasoning_effort) own.reasoning_effort = said.reasoning_effort;
  }
  if (isObject(said.reasoning)) {
    const modeled = "effort" in said.reasoning || "max_tokens" in said.reasoning || "exclude" in said.reasoning;
    if (!modeled || (reasoning && effort === reasoning.effort)) own.reasoning = said.reasoning;
  }
  return own;
}

function hideReasoning(reasoning: Reasoning, quirks: Quirks): JsonObject {
  return reasoning.visible === false && quirks.reasoning_visible === "include_reasoning" ? { include_reasoning: false } : {};
}

function chooseEffort(reasoning: Reasoning, call: EncodeCall, quirks: Quirks): Effort | undefined {
  let wanted = reasoning.effort;
  if (wanted === undefined && reasoning.budget_tokens !== undefined && quirks.reasoning_request !== "reasoning") {
    const budget = reasoning.budget_tokens;
    wanted = BUDGETS.find(([limit]) => budget <= limit)?.[1] ?? "high";
    warn("reasoning.budget_tokens", `The server takes no token budget; the effort "${wanted}" was sent for it.`);
  }
  if (wanted === undefined) return undefined;
  const taken = nearestEffort(wanted, call.model.efforts ?? quirks.efforts);
  if (taken !== wanted) warn("reasoning.effort", `The effort "${wanted}" is not taken; "${taken}" was sent for it.`);
  return taken;

  function warn(param: string, message: string): void {
    call.warn({ code: "adjusted_parameter", param, message });
  }
}

/** The effort itself, else the nearest below that is still an effort, else the lowest above. */
export function nearestEffort(wanted: Effort, taken: readonly Effort[]): Effort {
  if (taken.includes(wanted)) return wanted;
  const rank = EFFORTS.indexOf(wanted);
  const ranks = taken.map((effort) => EFFORTS.indexOf(effort)).sort((left, right) => left - right);
  // Asking for a little must not become nothing at all: "none" stands only for itself.
  const below = ranks.findLast((candidate) => candidate < rank && candidate > 0);
  const above = ranks.find((candidate) => candidate > rank);
  return EFFORTS[below ?? above ?? ranks[0] ?? rank] ?? wanted;
}
