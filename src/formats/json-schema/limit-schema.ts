import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";

/** What a vendor takes of JSON Schema. */
export interface SchemaRules {
  /** The keywords that it takes; null if it takes all of them. */
  readonly keywords: ReadonlySet<string> | null;
  /** Whether it takes this value of one of them. Default: any. */
  takes?(keyword: string, value: unknown): boolean;
  /** Whether every object must refuse further properties. */
  readonly closed: boolean;
}

export interface LimitedSchema {
  readonly schema: JsonObject;
  /** The keywords that only the descriptions say now, which the vendor does not enforce. */
  readonly moved: ReadonlySet<string>;
}

/** Deeper schemas are left as they are; vendors refuse them anyway. */
const MAX_DEPTH = 64;

/** Keywords that hold schemas: by name, in a list, or one. */
const BY_NAME: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);
const IN_LIST: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const ONE: ReadonlySet<string> = new Set(["items", "additionalProperties"]);

/** They say nothing that a description should repeat. */
const SILENT = /^(?:\$schema|\$id|\$comment|\$anchor|readOnly|writeOnly|deprecated|x-.*)$/;

/** Longest value that a description repeats. */
const MAX_VALUE_LENGTH = 300;

/**
 * The schema with nothing but what the vendor takes; what it refuses goes into the descriptions, so
 * that the model still reads it. The same object if nothing changes.
 *
 * - A `$ref` stands alone, as OpenAI and Google demand: what is beside it goes around an `anyOf` of it.
 * - `oneOf` becomes `anyOf` if only that is taken, and `allOf` is merged.
 * - `const` becomes an `enum` of one value if only that is taken.
 */
export function limitSchema(schema: JsonObject, rules: SchemaRules): LimitedSchema {
  const moved = new Set<string>();
  return { schema: limit(schema, rules, moved, 0), moved };
}

function limit(
  given: JsonObject,
  rules: SchemaRules,
  moved: Set<string>,
  depth: number,
): JsonObject {
  if (depth > MAX_DEPTH) return given;
  // Google takes a root with a reference and more.
  const schema = depth === 0 && rules.keywords === null ? given : rewrite(given, rules);
  const inner = (value: unknown): unknown =>
    isJsonObject(value) ? limit(value, rules, moved, depth + 1) : value;
  const limited: JsonObject = {};
  const said: string[] = [];
  let changed = schema !== given;
  for (const [key, value] of Object.entries(schema)) {
    const isKnown = rules.keywords === null || rules.keywords.has(key);
    if (isKnown && rules.takes?.(key, value) !== false) {
      limited[key] = limitValue(key, value, inner);
      changed ||= limited[key] !== value;
      continue;
    }
    changed = true;
    if ((SILENT.test(key) && !isKnown) || (key === "additionalProperties" && rules.closed))
      continue;
    said.push(`${key}: ${tell(value)}`);
    moved.add(key);
  }
  if (rules.closed && isObjectSchema(schema) && schema.additionalProperties !== false) {
    if (schema.additionalProperties !== undefined) moved.add("additionalProperties");
    limited.additionalProperties = false;
    changed = true;
  }
  if (said.length > 0) {
    const before = readText(schema.description);
    limited.description = `${before === undefined ? "" : `${before} `}(${said.join(", ")})`;
  }
  return changed ? limited : given;
}

/** The value of a keyword with the schemas in it limited; the same value if nothing changes. */
function limitValue(key: string, value: unknown, inner: (value: unknown) => unknown): unknown {
  if (BY_NAME.has(key) && isJsonObject(value)) {
    const entries = Object.entries(value).map(([name, item]) => [name, inner(item)] as const);
    return entries.some(([name, item]) => item !== value[name])
      ? Object.fromEntries(entries)
      : value;
  }
  if (IN_LIST.has(key) && Array.isArray(value)) {
    const items = value.map(inner);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  return ONE.has(key) ? inner(value) : value;
}

/** Other words for the same schema that the vendor takes. */
function rewrite(given: JsonObject, { keywords }: SchemaRules): JsonObject {
  let schema = given;
  if (keywords === null) return setApart(schema);
  if (Array.isArray(schema.allOf) && (!keywords.has("allOf") || holdsReference(schema.allOf)))
    schema = mergeAll(schema, schema.allOf);
  if (Array.isArray(schema.oneOf) && !keywords.has("oneOf") && !("anyOf" in schema)) {
    const { oneOf, ...rest } = schema;
    schema = { ...rest, anyOf: oneOf };
  }
  if ("const" in schema && !keywords.has("const")) {
    const { const: value, ...rest } = schema;
    schema = { ...rest, enum: [value] };
  }
  return setApart(schema);
}

/** A `$ref` without anything beside it but what begins with `$`. */
function setApart(schema: JsonObject): JsonObject {
  const { $ref, ...beside } = schema;
  const others = Object.keys(beside).filter((key) => !key.startsWith("$"));
  if (typeof $ref !== "string" || others.length === 0) return schema;
  return "anyOf" in beside ? { ...beside, $ref } : { ...beside, anyOf: [{ $ref }] };
}

function holdsReference(schemas: readonly unknown[]): boolean {
  return schemas.some((schema) => isJsonObject(schema) && "$ref" in schema);
}

/**
 * `allOf` as one schema: properties and requirements together; for anything else the first one
 * counts.
 */
function mergeAll(schema: JsonObject, all: readonly unknown[]): JsonObject {
  const { allOf: _all, ...merged } = schema;
  const references: unknown[] = [];
  for (const part of all) {
    if (!isJsonObject(part)) continue;
    if ("$ref" in part) references.push(part);
    for (const [key, value] of Object.entries(part)) {
      if (key === "$ref") continue;
      const before = merged[key];
      if (key === "properties" && isJsonObject(before) && isJsonObject(value))
        merged.properties = { ...value, ...before };
      else if (key === "required" && Array.isArray(before) && Array.isArray(value))
        merged.required = [...new Set([...before, ...value])];
      else merged[key] ??= value;
    }
  }
  // Only one reference can stay without more words than `anyOf` has.
  if (references.length === 1 && !("anyOf" in merged)) merged.anyOf = references;
  else if (references.length > 0) merged.allOf = references;
  return merged;
}

function tell(value: unknown): string {
  return (JSON.stringify(value) ?? "").slice(0, MAX_VALUE_LENGTH);
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return (
    type === "object" ||
    (Array.isArray(type) && type.includes("object")) ||
    (type === undefined && isJsonObject(properties))
  );
}
