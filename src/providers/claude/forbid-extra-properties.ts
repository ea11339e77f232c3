import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

/** Deeper schemas are left as they are; the API refuses them anyway. */
const MAX_DEPTH = 64;

/** Keywords that hold schemas: by name, in a list, or one. */
const BY_NAME: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);
const IN_LIST: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const ONE: ReadonlySet<string> = new Set(["items", "not"]);

/**
 * The schema with `additionalProperties: false` on every object that does not set it. Claude's
 * structured output and strict tools refuse objects without it, and what Claude then generates also
 * satisfies the original schema.
 */
export function forbidExtraProperties(schema: JsonObject, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) return schema;
  const close = (value: unknown): unknown =>
    isJsonObject(value) ? forbidExtraProperties(value, depth + 1) : value;
  const closed: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (BY_NAME.has(key) && isJsonObject(value)) {
      closed[key] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, close(inner)]),
      );
    } else if (IN_LIST.has(key) && Array.isArray(value)) closed[key] = value.map(close);
    else closed[key] = ONE.has(key) ? close(value) : value;
  }
  if (isObjectSchema(schema) && !("additionalProperties" in schema))
    closed.additionalProperties = false;
  return closed;
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return (
    type === "object" ||
    (Array.isArray(type) && type.includes("object")) ||
    (type === undefined && isJsonObject(properties))
  );
}
