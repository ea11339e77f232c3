import type { Usage } from "../chat/usage.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import type { AnswerContext } from "./dialect.ts";

/**
 * `usage.cost` in US dollars, as OpenRouter writes it and ReqLLM reads it
 * (https://openrouter.ai/docs/use-cases/usage-accounting); nothing if the cost is not known.
 */
export function costField(usage: Usage | null, context: AnswerContext): { cost?: number } {
  const cost = context.cost(usage);
  return cost ? { cost: cost.total } : {};
}

/** A vendor's body with the cost in its usage, unless the vendor says what it cost. */
export function addCost(body: JsonObject, usage: Usage | null, context: AnswerContext): JsonObject {
  if (!isJsonObject(body.usage) || "cost" in body.usage) return body;
  const field = costField(usage, context);
  return field.cost === undefined ? body : { ...body, usage: { ...body.usage, ...field } };
}

/** The beginning of a usage with something in it. Within a string, its quotes would be escaped. */
const USAGE = /"usage":\s*\{(?=\s*")/;

/** The same in the text of a vendor's event, which is not parsed for it. */
export function addCostText(data: string, usage: Usage | null, context: AnswerContext): string {
  if (data.includes('"cost":') || !USAGE.test(data)) return data;
  const { cost } = costField(usage, context);
  return cost === undefined ? data : data.replace(USAGE, (start) => `${start}"cost":${cost},`);
}
