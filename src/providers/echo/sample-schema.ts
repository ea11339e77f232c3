import { isJsonObject } from "../../json/json-object.ts";

/** A deeper schema is assumed to be recursive, and gets null. */
const MAX_DEPTH = 16;
/**
 * A small schema may repeat a large value many times: once the sample's JSON is about this long,
 * the rest of it is null.
 */
const MAX_LENGTH = 100_000;

/**
 * A value that fits a JSON Schema in the common cases: `text` for every string, the first value of
 * an enum, required and optional properties alike. `$ref` is resolved in `$defs` and `definitions`
 * of the same schema.
 */
export function sampleSchema(schema: unknown, text: string): unknown {
  let length = 0;

  function say(value: unknown): unknown {
    length += JSON.stringify(value)?.length ?? 0;
    return value;
  }

  function sample(part: unknown, depth: number): unknown {
    length += 1;
    if (!isJsonObject(part) || depth > MAX_DEPTH || length > MAX_LENGTH) return null;
    if ("const" in part) return say(part.const);
    if (Array.isArray(part.enum)) return say(part.enum[0]);
    if (typeof part.$ref === "string") return sample(findReference(schema, part.$ref), depth + 1);
    for (const key of ["anyOf", "oneOf", "allOf"]) {
      const choices = part[key];
      if (Array.isArray(choices)) return sample(choices[0], depth + 1);
    }
    const type: unknown = Array.isArray(part.type) ? part.type[0] : part.type;
    switch (type) {
      case "string":
        return say(text);
      case "integer":
      case "number":
        return typeof part.minimum === "number" ? part.minimum : 0;
      case "boolean":
        return true;
      case "null":
        return null;
      case "array":
        return [sample(part.items, depth + 1)];
      default: {
        const properties = isJsonObject(part.properties) ? part.properties : {};
        return Object.fromEntries(
          Object.entries(properties).map(([name, value]) => [name, sample(value, depth + 1)]),
        );
      }
    }
  }

  return sample(schema, 0);
}

function findReference(root: unknown, reference: string): unknown {
  let value: unknown = root;
  for (const step of reference.replace(/^#\/?/, "").split("/")) {
    if (step === "") continue;
    value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
