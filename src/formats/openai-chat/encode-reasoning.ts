import type { JsonObject } from "../../chat/format.ts";
import { EFFORTS, type Effort, type Reasoning } from "../../chat/request.ts";
import type { EncodeCall } from "./encode-request.ts";
import { isObject } from "./is-object.ts";
import type { Quirks } from "./quirks.ts";

/** How much the model may think → the server's own fields for it. */
export function encodeReasoning(call: EncodeCall, said: JsonObject, quirks: Quirks): JsonObject {
  const { reasoning } = call.request;
  if (!reasoning) return {};
  const effort = chooseEffort(reasoning, call, quirks);
  return saidReasoning(said, reasoning, effort) ?? encodeOwnWay(reasoning, effort, quirks);
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

/** The caller's own form, as long as the request still says what it says: what was dropped for this model must not come back so. */
function saidReasoning(said: JsonObject, reasoning: Reasoning, effort: Effort | undefined): JsonObject | undefined {
  if (effort !== reasoning.effort) return undefined;
  if (said.reasoning_effort !== undefined && said.reasoning_effort === effort) return { reasoning_effort: effort };
  return isObject(said.reasoning) ? { reasoning: said.reasoning } : undefined;
}

function hideReasoning(reasoning: Reasoning, quirks: Quirks): JsonObject {
  return reasoning.visible === false && quirks.reasoning_visible === "include_reasoning" ? { include_reasoning: false } : {};
}

function chooseEffort({ effort }: Reasoning, call: EncodeCall, quirks: Quirks): Effort | undefined {
  if (effort === undefined) return undefined;
  const taken = nearestEffort(effort, quirks.efforts);
  if (taken !== effort) {
    const message = `The server takes no effort "${effort}"; "${taken}" was sent for it.`;
    call.warn({ code: "adjusted_parameter", param: "reasoning.effort", message });
  }
  return taken;
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
