import { limitSchema, type SchemaRules } from "../../formats/json-schema/limit-schema.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

/**
 * Google takes any keyword in `parametersJsonSchema` and `responseJsonSchema`, and ignores some
 * (recorded). "If $ref is set on a sub-schema, no other properties, except for those starting as a
 * $, may be set." (ai.google.dev/api/generate-content, `GenerationConfig.responseJsonSchema`,
 * November 2026)
 */
const RULES: SchemaRules = { keywords: null, closed: false };

/** A schema of a tool or an answer, as Google takes it. */
export function encodeSchema(schema: JsonObject): JsonObject {
  return hasCrowdedReference(schema, 0) ? limitSchema(schema, RULES).schema : schema;
}

/**
 * Whether something stands beside a reference. Nearly no schema has that, and a copy of each would
 * cost more.
 */
function hasCrowdedReference(schema: unknown, depth: number): boolean {
  if (depth > 128) return false;
  if (Array.isArray(schema)) return schema.some((item) => hasCrowdedReference(item, depth + 1));
  if (!isJsonObject(schema)) return false;
  const isReference = schema.$ref !== undefined;
  for (const name of Object.keys(schema)) {
    if (isReference && !name.startsWith("$")) return true;
    const item = schema[name];
    if (typeof item === "object" && hasCrowdedReference(item, depth + 1)) return true;
  }
  return false;
}
