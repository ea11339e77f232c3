import type { JsonObject } from "../../chat/format.ts";

/** Deeper than this a schema is taken to be recursive, and gets null. */
const MAX_DEPTH = 16;

/**
 * A value that fits a JSON Schema in the common cases: `text` wherever a string may stand, the first of an enum, required and
 * optional properties alike. `$ref` is followed into `$defs` and `definitions` of the same schema.
 */
export function sampleSchema(schema: unknown, text: string): unknown {
  return sample(schema, text, schema, 0);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sample(schema: unknown, text: string, root: unknown, depth: number): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return null;
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (typeof schema.$ref === "string") return sample(findReference(root, schema.$ref), text, root, depth + 1);
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const choices = schema[key];
    if (Array.isArray(choices)) return sample(choices[0], text, root, depth + 1);
  }
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "string":
      return text;
    case "integer":
    case "number":
      return typeof schema.minimum === "number" ? schema.minimum : 0;
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return [sample(schema.items, text, root, depth + 1)];
    default: {
      const properties = isObject(schema.properties) ? schema.properties : {};
      return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, sample(value, text, root, depth + 1)]));
    }
  }
}

function findReference(root: unknown, reference: string): unknown {
  let value: unknown = root;
  for (const step of reference.replace(/^#\/?/, "").split("/")) {
    if (step === "") continue;
    value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
