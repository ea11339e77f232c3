import { limitSchema, type SchemaRules } from "../../formats/json-schema/limit-schema.ts";
import type { JsonObject } from "../../json/json-object.ts";

/**
 * Google takes any keyword in `parametersJsonSchema` and `responseJsonSchema`, and ignores some (recorded). "If $ref is
 * set on a sub-schema, no other properties, except for those starting as a $, may be set."
 * (ai.google.dev/api/generate-content, `GenerationConfig.responseJsonSchema`, November 2026)
 */
const RULES: SchemaRules = { keywords: null, closed: false };

/** A schema of a tool or an answer, as Google takes it. */
export function encodeSchema(schema: JsonObject): JsonObject {
  return hasCrowdedReference(schema, 0) ? limitSchema(schema, RULES).schema : schema;
}

/** Whether something may stand beside a reference. Nearly no schema has that, and a copy of each would cost more. */
function hasCrowdedReference(value: object, depth: number): boolean {
  if (depth > 128) return false;
  const isReference = "$ref" in value;
  for (const name in value) {
    if (isReference && !name.startsWith("$")) return true;
    const item: unknown = Reflect.get(value, name);
    if (typeof item === "object" && item !== null && hasCrowdedReference(item, depth + 1))
      return true;
  }
  return false;
}
