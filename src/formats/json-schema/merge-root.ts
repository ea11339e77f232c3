import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readObjects, readText } from "../../json/narrow.ts";
import { resolveReference } from "./resolve-reference.ts";

/** Keywords that say which schemas hold together, or instead of each other. */
const COMBINED = ["allOf", "anyOf", "oneOf", "if", "then", "else"] as const;

/** Keywords that say of the whole what a list of properties cannot. */
const REFUSED = ["enum", "const", "not"] as const;

/** Further schemas are left out: one that refers to itself has no end. */
const MAX_SCHEMAS = 500;

export interface RootObject {
  readonly schema: JsonObject;
  /** Whether the schema allows more than before. */
  readonly isLooser: boolean;
}

/** A schema as one object: all the properties that it may have, and those that it must have. */
interface Shape {
  readonly properties: Map<string, unknown>;
  readonly required: Set<unknown>;
  /** In words, which properties go together. */
  readonly notes: string[];
  /** The other keywords. */
  readonly rest: JsonObject;
  isLooser: boolean;
}

/**
 * A tool's schema as one object, because Anthropic and OpenAI take no alternatives at its root: all
 * properties of whatever is combined there, to any depth, of which only those that every
 * alternative needs are required. The description says which go together.
 */
export function mergeRoot(given: JsonObject): RootObject {
  const { properties, required, notes, rest, isLooser } = shapeOf(given, {
    root: given,
    left: MAX_SCHEMAS,
  });
  const schema: JsonObject = {
    ...rest,
    type: "object",
    properties: Object.fromEntries(properties),
  };
  if (required.size > 0) schema.required = [...required];
  if (notes.length > 0)
    schema.description = [readText(rest.description), ...notes].filter(Boolean).join(" ");
  return { schema, isLooser };
}

/** Whether the root of a tool's schema is an object without alternatives. */
export function isPlainRoot(schema: JsonObject): boolean {
  return (
    schema.type === "object" &&
    !("$ref" in schema) &&
    ![...COMBINED, ...REFUSED].some((name) => name in schema)
  );
}

/** What the schemas of one document share: its root, and how many of them may still be read. */
interface Reading {
  readonly root: JsonObject;
  left: number;
}

function shapeOf(given: JsonObject, reading: Reading): Shape {
  const { $ref, properties, required, ...rest } = given;
  const shape: Shape = {
    properties: new Map(Object.entries(isJsonObject(properties) ? properties : {})),
    required: new Set(Array.isArray(required) ? required : []),
    notes: [],
    rest,
    isLooser: REFUSED.some((name) => name in given),
  };
  for (const name of [...COMBINED, ...REFUSED]) delete rest[name];
  reading.left -= 1;
  if (reading.left < 0) return shape;
  const inner = (schema: JsonObject) => shapeOf(schema, reading);
  if (typeof $ref === "string") addAll(shape, inner(resolveReference($ref, reading.root) ?? {}));
  for (const part of readObjects(given.allOf)) addAll(shape, inner(part));
  for (const name of ["anyOf", "oneOf"] as const) {
    const list = readObjects(given[name]);
    if (list.length > 0) addAlternatives(shape, list.map(inner));
  }
  if (isJsonObject(given.then) || isJsonObject(given.else)) {
    const either = [given.then, given.else].map((part) => inner(isJsonObject(part) ? part : {}));
    addAlternatives(shape, either);
  }
  return shape;
}

/** Adds what holds as well. */
function addAll(shape: Shape, other: Shape): void {
  for (const [name, value] of other.properties) addProperty(shape, name, value, "allOf");
  for (const name of other.required) shape.required.add(name);
  shape.notes.push(...other.notes);
  for (const [name, value] of Object.entries(other.rest)) shape.rest[name] ??= value;
  shape.isLooser ||= other.isLooser;
}

/** Adds what holds instead of each other. */
function addAlternatives(shape: Shape, list: readonly Shape[]): void {
  shape.isLooser = true;
  for (const { properties } of list)
    for (const [name, value] of properties) addProperty(shape, name, value, "anyOf");
  for (const name of list[0]?.required ?? [])
    if (list.every(({ required }) => required.has(name))) shape.required.add(name);
  if (list.some(({ required }) => required.size > 0)) {
    const needs = list.map(({ required }) => [...required].join(" + ") || "nothing");
    shape.notes.push(`Needs one of: ${needs.join("; ")}.`);
  }
  for (const { notes } of list) shape.notes.push(...notes);
  if (list.some(({ rest }) => rest.additionalProperties !== false))
    delete shape.rest.additionalProperties;
}

/** A property that is declared twice in different ways is both, or either. */
function addProperty(
  { properties }: Shape,
  name: string,
  value: unknown,
  combined: "allOf" | "anyOf",
): void {
  const before = properties.get(name);
  if (before === undefined) properties.set(name, value);
  else if (JSON.stringify(before) !== JSON.stringify(value)) {
    const list = isJsonObject(before) && Object.keys(before).length === 1 && before[combined];
    properties.set(name, { [combined]: [...(Array.isArray(list) ? list : [before]), value] });
  }
}
