import type { Extras } from "../../chat/format.ts";
import { overlayExtras } from "../../chat/overlay-extras.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

/**
 * Lays what the caller said in Google's own words over what we encoded. Google nests most settings one level deep
 * (`generationConfig.topK`), so where both have an object its fields are laid over one by one. What is `decided` elsewhere stays out.
 */
export function overlay<T extends object>(
  encoded: T,
  extras: Extras | undefined,
  decided?: ReadonlySet<string>,
): T {
  const google = extras?.google;
  if (!google) return encoded;
  const under = new Map<string, unknown>(Object.entries(encoded));
  const over: JsonObject = {};
  for (const [name, value] of Object.entries(google)) {
    const base = under.get(name);
    over[name] = isJsonObject(base) && isJsonObject(value) ? { ...base, ...value } : value;
  }
  return overlayExtras(encoded, over, decided);
}
