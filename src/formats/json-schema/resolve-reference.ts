import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

/**
 * The schema that a reference within the same document leads to (RFC 6901); undefined if there is
 * none.
 */
export function resolveReference(reference: string, root: JsonObject): JsonObject | undefined {
  if (!/^#(?:\/|$)/.test(reference)) return undefined;
  let found: unknown = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const name = decodeStep(step);
    if (Array.isArray(found)) found = found[Number(name)];
    else found = isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isJsonObject(found) ? found : undefined;
}

function decodeStep(step: string): string {
  const text = step.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
