import type { JsonObject } from "../json/json-object.ts";
import type { AnswerContext } from "./dialect.ts";

/** Warnings go into a field that the vendors' APIs lack and their clients ignore. */
export function warningsOf({ warnings }: Pick<AnswerContext, "warnings">): JsonObject {
  return warnings.length > 0 ? { warnings: [...warnings] } : {};
}

/** A vendor's whole answer with the warnings. */
export function withWarnings(
  body: JsonObject,
  context: Pick<AnswerContext, "warnings">,
): JsonObject {
  return context.warnings.length > 0 ? { ...body, ...warningsOf(context) } : body;
}
