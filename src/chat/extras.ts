import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { isEmptyObject } from "../json/narrow.ts";
import type { Extras, Format } from "./format.ts";

/** Anything with extras: a request, a message, a part, a tool, an event. */
export interface ExtrasHolder {
  extras?: Extras | undefined;
}

/** The notes that every format understands (see `extrasSchema`); a format adds its own. */
export interface CommonNotes {
  /**
   * Fields in the caller's own form, which the chat model expresses too or which mean nothing to
   * another vendor.
   */
  $original?: JsonObject;
  /**
   * Fields that the caller left out and that an encoder would otherwise fill with its own value.
   */
  $unset?: readonly string[];
}

export interface OverlayOptions {
  /** Fields that extras must not override. */
  except?: ReadonlySet<string>;
  /** The same for `$original`; `except` applies if this is left out. */
  exceptOriginal?: ReadonlySet<string>;
}

/** Reads and writes the extras of one format. */
export interface FormatExtras<Notes> {
  has(holder: ExtrasHolder): boolean;
  /** The fields without the notes, and without those in `except`. */
  fields(holder: ExtrasHolder, except?: ReadonlySet<string>): JsonObject;
  note(holder: ExtrasHolder, name: keyof Notes & string): unknown;
  /** The fields in a note that holds fields; an empty object if there is no such note. */
  noteFields(holder: ExtrasHolder, name: keyof Notes & string): JsonObject;
  /** Fields and notes → `{ extras }`; an empty object if there are none. */
  wrap(fields: JsonObject, notes?: Notes): { extras?: Extras };
  /**
   * What was encoded, overlaid with the original fields and the extra fields of `holder`. Returns
   * the same object if there is nothing to overlay, and never changes it.
   */
  overlay<T extends object>(encoded: T, holder: ExtrasHolder, options?: OverlayOptions): T;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The extras of one format. `nested` suits a format that keeps its settings one level deep: if both
 * the encoded and the extra field are objects, they are merged.
 */
export function createExtras<Notes extends CommonNotes = CommonNotes>(
  format: Format,
  { nested = false } = {},
): FormatExtras<Notes> {
  function noteFields(holder: ExtrasHolder, name: keyof Notes & string): JsonObject {
    const fields = holder.extras?.[format]?.[name];
    return isJsonObject(fields) ? pickFields(fields, NONE) : {};
  }

  function put<T extends object>(encoded: T, fields: JsonObject, except: ReadonlySet<string>): T {
    const picked = pickFields(fields, except);
    if (isEmptyObject(picked)) return encoded;
    return { ...encoded, ...(nested ? mergeObjects(encoded, picked) : picked) };
  }

  return {
    has: (holder) => holder.extras?.[format] !== undefined,
    fields: (holder, except = NONE) => pickFields(holder.extras?.[format] ?? {}, except),
    note: (holder, name) => holder.extras?.[format]?.[name],
    noteFields,
    wrap(fields, notes) {
      if (!notes && isEmptyObject(fields)) return {};
      const all: JsonObject = { ...fields, ...notes };
      if (isJsonObject(all.$original) && isEmptyObject(all.$original)) delete all.$original;
      return isEmptyObject(all) ? {} : { extras: { [format]: all } };
    },
    overlay(encoded, holder, { except = NONE, exceptOriginal = except } = {}) {
      const extras = holder.extras?.[format];
      if (!extras) return encoded;
      const original = isJsonObject(extras.$original)
        ? put(encoded, extras.$original, exceptOriginal)
        : encoded;
      const overlaid = put(original, extras, except);
      if (!Array.isArray(extras.$unset)) return overlaid;
      const result = { ...overlaid };
      for (const name of extras.$unset) {
        if (name in encoded && !(name in extras) && !except.has(name))
          Reflect.deleteProperty(result, name);
      }
      return result;
    },
  };
}

function pickFields(extras: JsonObject, except: ReadonlySet<string>): JsonObject {
  const fields: JsonObject = {};
  for (const name in extras) {
    if (!name.startsWith("$") && !except.has(name)) fields[name] = extras[name];
  }
  return fields;
}

function mergeObjects(encoded: object, fields: JsonObject): JsonObject {
  const base = new Map<string, unknown>(Object.entries(encoded));
  const merged: JsonObject = {};
  for (const [name, value] of Object.entries(fields)) {
    const under = base.get(name);
    merged[name] = isJsonObject(under) && isJsonObject(value) ? { ...under, ...value } : value;
  }
  return merged;
}
