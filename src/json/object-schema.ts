import * as z from "zod/mini";
import { isJsonObject, type JsonObject } from "./json-object.ts";

/** An object with these fields and no others. */
export function strictObject<T extends z.core.$ZodLooseShape>(shape: T) {
  return readPresent(z.strictObject(shape));
}

/** An object with these fields, and any others, which are kept as they are. */
export function looseObject<T extends z.core.$ZodLooseShape>(shape: T) {
  return readPresent(z.looseObject(shape));
}

/**
 * Whether zod is reading an object that is not valid: then it also reads the objects within, or
 * each level would read them twice.
 */
let isZodReading = false;

/**
 * Lets an object's schema look at those fields only that are there. Zod (4.6.7) runs the schema of
 * every field that there may be, and most requests lack most of them: this takes a fifth of the
 * time. What is not valid is left to zod, which says what is wrong with it.
 */
function readPresent<T extends z.ZodMiniObject>(schema: T): T {
  const internals = schema._zod;
  const parseAll = internals.parse;
  let fields: ReadonlyMap<string, z.core.$ZodType> | undefined;
  /** Fields whose absence means something. */
  let needed: readonly string[] = [];

  function listFields(): ReadonlyMap<string, z.core.$ZodType> {
    const all = Object.entries<z.core.$ZodType>(internals.def.shape);
    const mayLack = ({ _zod }: z.core.$ZodType) =>
      _zod.optin === "optional" && _zod.optout === "optional";
    needed = all.flatMap(([name, field]) => (mayLack(field) ? [] : [name]));
    return new Map(all);
  }

  /** The object as it was checked; null if it is for zod to read. */
  function parsePresent(input: unknown, context: z.core.ParseContextInternal): JsonObject | null {
    if (!isJsonObject(input)) return null;
    fields ??= listFields();
    const value: JsonObject = {};
    for (const name in input) {
      const field = fields.get(name) ?? internals.def.catchall;
      if (!field || name === "__proto__") return null;
      const result = field._zod.run({ value: input[name], issues: [] }, context);
      if (result instanceof Promise || result.issues.length > 0) return null;
      value[name] = result.value;
    }
    for (const name of needed) if (!(name in value)) return null;
    return value;
  }

  internals.parse = (payload, context) => {
    const value = isZodReading ? null : parsePresent(payload.value, context);
    if (value) {
      payload.value = value;
      return payload;
    }
    const isWithin = isZodReading;
    isZodReading = true;
    try {
      return parseAll(payload, context);
    } finally {
      isZodReading = isWithin;
    }
  };
  internals.run = internals.parse;
  return schema;
}
