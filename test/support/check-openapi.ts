import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import { isJsonObject, type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import { recordingsFolder } from "./recordings.ts";

/** What is wrong with a value by one of the named schemas, with paths; empty if nothing is. */
export type CheckSchema = (schemaName: string, value: unknown) => string[];

const documentSchema = z.object({
  components: z.object({ schemas: z.record(z.string(), jsonObjectSchema) }),
});

/**
 * The schemas of a specification (OpenAPI 3.0, YAML) in the recordings; null if they are absent.
 */
export function loadOpenApi(file: string): CheckSchema | null {
  const path = resolve(recordingsFolder, "specs", file);
  if (!existsSync(path)) return null;
  return createCheckSchema(
    documentSchema.parse(Bun.YAML.parse(readFileSync(path, "utf8"))).components.schemas,
  );
}

/**
 * Checks values by the part of JSON Schema that the specifications use; a word that it does not
 * know is a fault of its own.
 */
export function createCheckSchema(schemas: Readonly<Record<string, JsonObject>>): CheckSchema {
  const known = new Set(
    "type required properties additionalProperties enum oneOf anyOf allOf not items minItems maxItems minLength maxLength pattern minimum maximum maxProperties nullable format description example default $ref".split(
      " ",
    ),
  );

  function check(schema: JsonObject, value: unknown, path: string): string[] {
    const unknownWord = Object.keys(schema).find((word) => !known.has(word));
    if (unknownWord !== undefined) return [`${path}: the checker does not know ${unknownWord}`];
    if (typeof schema.$ref === "string") {
      const target = schemas[schema.$ref.replace("#/components/schemas/", "")];
      return target ? check(target, value, path) : [`${path}: no schema ${schema.$ref}`];
    }
    if (value === null && schema.nullable === true) return [];
    const faults = [...checkType(schema, value, path), ...checkLimits(schema, value, path)];
    for (const part of list(schema.allOf)) faults.push(...check(part, value, path));
    const matches = (words: unknown) =>
      list(words).filter((part) => check(part, value, path).length === 0).length;
    if (schema.anyOf && matches(schema.anyOf) === 0) faults.push(`${path}: fits none of anyOf`);
    if (schema.oneOf && matches(schema.oneOf) !== 1)
      faults.push(`${path}: fits ${matches(schema.oneOf)} of oneOf`);
    if (isJsonObject(schema.not) && check(schema.not, value, path).length === 0)
      faults.push(`${path}: fits what it must not`);
    if (Array.isArray(value) && isJsonObject(schema.items)) {
      const { items } = schema;
      faults.push(...value.flatMap((item, index) => check(items, item, `${path}[${index}]`)));
    }
    if (isJsonObject(value)) faults.push(...checkFields(schema, value, path));
    return faults;
  }

  function checkFields(schema: JsonObject, value: JsonObject, path: string): string[] {
    const faults: string[] = [];
    const fields = isJsonObject(schema.properties) ? schema.properties : {};
    for (const name of Array.isArray(schema.required) ? schema.required : []) {
      if (typeof name === "string" && value[name] === undefined)
        faults.push(`${path}.${name}: is missing`);
    }
    for (const [name, item] of Object.entries(value)) {
      const field = fields[name];
      if (isJsonObject(field)) faults.push(...check(field, item, `${path}.${name}`));
      else if (schema.additionalProperties === false) faults.push(`${path}.${name}: is not known`);
      else if (isJsonObject(schema.additionalProperties)) {
        faults.push(...check(schema.additionalProperties, item, `${path}.${name}`));
      }
    }
    return faults;
  }

  return (schemaName, value) =>
    check({ $ref: `#/components/schemas/${schemaName}` }, value, schemaName);
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function checkType(schema: JsonObject, value: unknown, path: string): string[] {
  const actual = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const wanted = schema.type;
  const fits =
    wanted === undefined ||
    wanted === actual ||
    (actual === "number" && wanted === "integer" && Number.isInteger(value));
  return fits ? [] : [`${path}: is ${actual}, not ${String(wanted)}`];
}

function checkLimits(schema: JsonObject, value: unknown, path: string): string[] {
  const faults: string[] = [];
  const limit = (name: string, isBroken: (bound: number) => boolean) => {
    const bound = schema[name];
    if (typeof bound === "number" && isBroken(bound))
      faults.push(`${path}: breaks ${name} ${bound}`);
  };
  if (Array.isArray(schema.enum) && !schema.enum.includes(value))
    faults.push(`${path}: is none of ${schema.enum.join(", ")}`);
  if (typeof value === "string") {
    limit("minLength", (bound) => value.length < bound);
    limit("maxLength", (bound) => value.length > bound);
    if (typeof schema.pattern === "string" && !new RegExp(schema.pattern).test(value))
      faults.push(`${path}: not ${schema.pattern}`);
    if (schema.format === "uri" && !URL.canParse(value)) faults.push(`${path}: is no URI`);
    if (schema.format === "date-time" && Number.isNaN(Date.parse(value)))
      faults.push(`${path}: is no time`);
  }
  if (typeof value === "number") {
    limit("minimum", (bound) => value < bound);
    limit("maximum", (bound) => value > bound);
  }
  if (Array.isArray(value)) {
    limit("minItems", (bound) => value.length < bound);
    limit("maxItems", (bound) => value.length > bound);
  }
  if (isJsonObject(value)) limit("maxProperties", (bound) => Object.keys(value).length > bound);
  return faults;
}
