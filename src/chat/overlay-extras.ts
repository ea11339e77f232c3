import type { JsonObject } from "../json/json-object.ts";

const NONE: ReadonlySet<string> = new Set();

/**
 * What was encoded, with the caller's own fields of the format laid over it: without the notes
 * (names that begin with `$`, see `extrasSchema`) and without the names that are decided elsewhere.
 * Where nothing is left to lay over, the same object comes back.
 */
export function overlayExtras<T extends object>(
  encoded: T,
  extras: JsonObject | undefined,
  decided: ReadonlySet<string> = NONE,
): T {
  if (!extras) return encoded;
  let fields: JsonObject | undefined;
  for (const name of Object.keys(extras)) {
    if (name.startsWith("$") || decided.has(name)) continue;
    fields ??= {};
    fields[name] = extras[name];
  }
  return fields ? { ...encoded, ...fields } : encoded;
}
