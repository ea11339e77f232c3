import { EFFORTS, type Effort, type Reasoning } from "../../chat/request.ts";
import { REASONING_CONTROLS } from "../../formats/openai-chat/format.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import type { DecodedFields } from "./decoded-fields.ts";
import type { CompletionBody } from "./request.ts";

const CONTROLS: ReadonlySet<string> = new Set(REASONING_CONTROLS);

export function isReasoningControl(name: string): boolean {
  return CONTROLS.has(name);
}

/**
 * Reasoning settings, from whichever field the caller's client uses, so that they reach every
 * provider. A server of this format gets the fields themselves too. An empty `reasoning` means that
 * the chat model has no equivalent (Groq's effort `default`).
 */
export function decodeReasoningControls(body: CompletionBody): DecodedFields {
  const original: JsonObject = {};
  for (const name of REASONING_CONTROLS) if (body[name] != null) original[name] = body[name];
  if (Object.keys(original).length === 0) return {};
  return { request: { reasoning: readControls(original) }, original };
}

function readControls(original: JsonObject): Reasoning {
  const nested = isJsonObject(original.reasoning) ? original.reasoning : {};
  const thinking = isJsonObject(original.thinking) ? original.thinking : {};
  const isOff =
    nested.enabled === false || thinking.type === "disabled" || original.enable_thinking === false;
  const effort =
    effortIn(original.reasoning_effort) ?? effortIn(nested.effort) ?? (isOff ? "none" : undefined);
  const budget = [nested.max_tokens, thinking.budget_tokens, original.thinking_budget].find(
    isBudget,
  );
  const hidden =
    nested.exclude === true ||
    original.include_reasoning === false ||
    original.reasoning_format === "hidden";
  return {
    ...defined({
      effort,
      budget_tokens: budget === undefined || effort === "none" ? undefined : budget,
    }),
    ...(hidden ? { visible: false } : {}),
  };
}

function effortIn(value: unknown): Effort | undefined {
  return EFFORTS.find((effort) => effort === value);
}

function isBudget(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
