import type { EncodeCall } from "../../chat/encode-call.ts";
import { EFFORTS, type Effort, nearestEffort, type Reasoning } from "../../chat/request.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { REASONING_CONTROLS } from "./format.ts";
import type { Quirks } from "./quirks.ts";

/** Reasoning settings → the server's own fields. */
export function encodeReasoning(
  call: EncodeCall,
  original: JsonObject,
  quirks: Quirks,
): JsonObject {
  const { reasoning } = call.request;
  if (!reasoning) return {};
  const effort = chooseEffort(reasoning, call, quirks);
  return originalReasoning(original, effort) ?? encodeOwnWay(reasoning, effort, quirks);
}

function encodeOwnWay(
  reasoning: Reasoning,
  effort: Effort | undefined,
  quirks: Quirks,
): JsonObject {
  switch (quirks.reasoning_request) {
    case "none":
      return hideReasoning(reasoning, quirks);
    case "reasoning_effort":
      return {
        ...defined({ reasoning_effort: effort }),
        ...hideReasoning(reasoning, quirks),
      };
    case "thinking":
      if (effort === undefined) return {};
      return effort === "none" ? { thinking: { type: "disabled" } } : { reasoning_effort: effort };
    case "reasoning": {
      const fields: JsonObject = {
        ...defined({
          effort,
          max_tokens: effort === undefined ? reasoning.budget_tokens : undefined,
        }),
        ...(reasoning.visible === false ? { exclude: true } : {}),
      };
      return Object.keys(fields).length > 0 ? { reasoning: fields } : {};
    }
  }
}

/**
 * The caller's own fields, if they still name the chosen effort. An effort that was changed for
 * this model must not come back.
 */
function originalReasoning(
  original: JsonObject,
  effort: Effort | undefined,
): JsonObject | undefined {
  const own: JsonObject = {};
  for (const name of REASONING_CONTROLS)
    if (original[name] !== undefined) own[name] = original[name];
  if (Object.keys(own).length === 0) return undefined;
  const named = [
    own.reasoning_effort,
    isJsonObject(own.reasoning) ? own.reasoning.effort : undefined,
  ];
  return named.some((word) => isEffort(word) && word !== effort) ? undefined : own;
}

function isEffort(word: unknown): boolean {
  return EFFORTS.some((effort) => effort === word);
}

function hideReasoning(reasoning: Reasoning, quirks: Quirks): JsonObject {
  return reasoning.visible === false && quirks.reasoning_visible === "include_reasoning"
    ? { include_reasoning: false }
    : {};
}

function chooseEffort({ effort }: Reasoning, call: EncodeCall, quirks: Quirks): Effort | undefined {
  if (effort === undefined) return undefined;
  const taken = nearestEffort(effort, quirks.efforts) ?? quirks.efforts[0] ?? effort;
  if (taken !== effort) {
    const message = `The server does not support effort "${effort}"; "${taken}" was sent.`;
    call.warn({ code: "adjusted_parameter", param: "reasoning.effort", message });
  }
  return taken;
}
