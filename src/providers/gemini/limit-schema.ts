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
  return limitSchema(schema, RULES).schema;
}
