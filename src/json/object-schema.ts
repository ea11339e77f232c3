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
 * Whether zod is reading an object, which it does if `parsePresent` could not. Then it also reads
 * the objects within, or each level would read them twice.
 */
let isZodReading = false;

/** The fields of an object's schema. */
interface Fields {
  readonly all: ReadonlyMap<string, z.core.$ZodType>;
  /** Those whose absence means something. */
  readonly needed: readonly string[];
}

/**
 * Makes an object's schema read only the fields that are present, and give them in the caller's
 * order. Zod (4.6.7) runs the schema of every field that there may be, and most requests lack most
 * of them: it takes five times as long. What is not valid is left to zod, which says what is wrong.
 */
function readPresent<T extends z.ZodMiniObject>(schema: T): T {
  const internals = schema._zod;
  const parseAll = internals.parse;
  let fields: Fields | undefined;

  function listFields(): Fields {
    const all = Object.entries<z.core.$ZodType>(internals.def.shape);
    const mayLack = ({ _zod }: z.core.$ZodType) =>
      _zod.optin === "optional" && _zod.optout === "optional";
    const needed = all.flatMap(([name, field]) => (mayLack(field) ? [] : [name]));
    return { all: new Map(all), needed };
  }

  /** The object as it was checked; null if it is for zod to read. */
  function parsePresent(input: unknown, context: z.core.ParseContextInternal): JsonObject | null {
    if (!isJsonObject(input)) return null;
    fields ??= listFields();
    const value: JsonObject = {};
    // One for all fields: it is free again once a field has been found valid.
    const payload: z.core.ParsePayload = { value: undefined, issues: [] };
    for (const name in input) {
      const field = fields.all.get(name) ?? internals.def.catchall;
      if (!field || name === "__proto__") return null;
      payload.value = input[name];
      const result = field._zod.run(payload, context);
      if (result instanceof Promise || result.issues.length > 0) return null;
      value[name] = result.value;
    }
    for (const name of fields.needed) if (!(name in value)) return null;
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
