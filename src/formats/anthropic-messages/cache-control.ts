import type { Cache } from "../../chat/part.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

export function encodeCache(cache: Cache): { type: "ephemeral"; ttl?: string } {
  return cache.ttl === undefined ? { type: "ephemeral" } : { type: "ephemeral", ttl: cache.ttl };
}

/** `cache_control` → cache hint; undefined if the chat model cannot express it. */
export function decodeCache(value: unknown): Cache | undefined {
  if (!isJsonObject(value) || value.type !== "ephemeral") return undefined;
  const { ttl } = value;
  if (Object.keys(value).length !== (ttl === undefined ? 1 : 2)) return undefined;
  if (ttl === undefined) return {};
  return ttl === "5m" || ttl === "1h" ? { ttl } : undefined;
}

/** `{ cache_control }` for a hint, else nothing. */
export function cacheControlOf(holder: { cache?: Cache | undefined }): JsonObject {
  return holder.cache ? { cache_control: encodeCache(holder.cache) } : {};
}
