import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import { mergeAll } from "./limit-schema.ts";

const ALTERNATIVES = ["anyOf", "oneOf"] as const;

/** Keywords that say of the whole what a list of properties cannot. */
const REFUSED = ["enum", "const", "not", "if", "then", "else"] as const;

export interface RootObject {
  readonly schema: JsonObject;
  /** Whether the schema allows more than before. */
  readonly isLooser: boolean;
}

/**
 * A tool's schema as one object, because Anthropic and OpenAI take no alternatives at its root: all
 * their properties, of which only those that every alternative needs are required. The description
 * says which go together.
 */
export function mergeRoot(given: JsonObject): RootObject {
  const parts = resolveRoot(given);
  const alternatives = ALTERNATIVES.flatMap((name) => {
    const list = parts[name];
    return Array.isArray(list) ? [list.map((item: unknown) => resolve(item, given))] : [];
  });
  const isLooser = alternatives.length > 0 || REFUSED.some((name) => name in parts);
  const schema: JsonObject = { ...parts, type: "object" };
  for (const name of [...ALTERNATIVES, ...REFUSED]) delete schema[name];
  const properties = new Map(
    Object.entries(isJsonObject(parts.properties) ? parts.properties : {}),
  );
  const required = new Set<unknown>(Array.isArray(parts.required) ? parts.required : []);
  const notes: string[] = [];
  for (const list of alternatives) {
    const needs = list.map(({ required: names }) => (Array.isArray(names) ? names : []));
    for (const { properties: own } of list)
      for (const [name, value] of Object.entries(isJsonObject(own) ? own : {}))
        addProperty(properties, name, value);
    for (const name of needs[0] ?? [])
      if (needs.every((names) => names.includes(name))) required.add(name);
    if (needs.some((names) => names.length > 0))
      notes.push(
        `Needs one of: ${needs.map((names) => names.join(" + ") || "nothing").join("; ")}.`,
      );
    if (list.some((item) => item.additionalProperties !== false))
      delete schema.additionalProperties;
  }
  schema.properties = Object.fromEntries(properties);
  if (required.size > 0) schema.required = [...required];
  if (notes.length > 0)
    schema.description = [readText(parts.description), ...notes].filter(Boolean).join(" ");
  return { schema, isLooser };
}

/** Whether the root of a tool's schema is an object without alternatives. */
export function isPlainRoot(schema: JsonObject): boolean {
  return (
    schema.type === "object" &&
    !("$ref" in schema) &&
    !("allOf" in schema) &&
    ![...ALTERNATIVES, ...REFUSED].some((name) => name in schema)
  );
}

function resolveRoot(given: JsonObject): JsonObject {
  const { $ref, ...rest } = given;
  const whole = typeof $ref === "string" ? { ...resolve({ $ref }, given), ...rest } : given;
  if (!Array.isArray(whole.allOf)) return whole;
  const all = whole.allOf.map((item: unknown) => resolve(item, given));
  return mergeAll(whole, all);
}

/** A schema in the place of a reference to one of the same document. */
function resolve(schema: unknown, root: JsonObject): JsonObject {
  if (!isJsonObject(schema)) return {};
  const match =
    typeof schema.$ref === "string" ? /^#\/(\$defs|definitions)\/([^/]+)$/.exec(schema.$ref) : null;
  const [, group = "", name = ""] = match ?? [];
  const definitions = root[group];
  const found = isJsonObject(definitions) ? definitions[name] : undefined;
  return isJsonObject(found) ? found : schema;
}

/** A property that two alternatives declare differently may be either. */
function addProperty(properties: Map<string, unknown>, name: string, value: unknown): void {
  const before = properties.get(name);
  if (before === undefined) properties.set(name, value);
  else if (JSON.stringify(before) !== JSON.stringify(value)) {
    const known =
      isJsonObject(before) && Array.isArray(before.anyOf) && Object.keys(before).length === 1
        ? before.anyOf
        : [before];
    properties.set(name, { anyOf: [...known, value] });
  }
}
