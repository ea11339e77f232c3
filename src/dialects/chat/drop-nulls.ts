/**
 * Values of the caller or a vendor in which null may mean something: JSON Schemas, arguments,
 * opaque values.
 */
const OPAQUE_KEYS: ReadonlySet<string> = new Set([
  "parameters",
  "schema",
  "arguments",
  "value",
  "extras",
]);

/**
 * The body without its null fields. Elixir's `Jason.encode!(%{model: nil})` sends them; they mean
 * absent. A null in a list stays, and is refused with its path. Returns the same object if there is
 * nothing to drop.
 */
export function dropNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      const kept = dropNulls(item);
      if (kept !== item) {
        copy ??= value.slice();
        copy[index] = kept;
      }
    }
    return copy ?? value;
  }
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const item: unknown = Reflect.get(value, key);
    const kept = OPAQUE_KEYS.has(key) ? item : dropNulls(item);
    if (kept === item && item !== null) continue;
    copy ??= { ...value };
    if (item === null) delete copy[key];
    else copy[key] = kept;
  }
  return copy ?? value;
}
