import { type JsonObject, jsonObjectSchema } from "../chat/format.ts";

/**
 * A secret that holds a JSON object, in any form in which people set one: raw, or as base64 or base64url with or without padding
 * (`cut -d= -f2` cuts it off), with white space or quotes around it, line breaks inside. Null where it is none of these; the
 * content is never part of a message.
 */
export function parseJsonSecret(value: string): JsonObject | null {
  const text = unquote(value);
  return parseObject(text) ?? parseObject(decodeBase64(text));
}

function unquote(value: string): string {
  const text = value.trim();
  const quote = text[0];
  return (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote) ? text.slice(1, -1).trim() : text;
}

function parseObject(text: string): JsonObject | null {
  if (!text.startsWith("{")) return null;
  try {
    return jsonObjectSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function decodeBase64(text: string): string {
  const base64 = text.replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
  } catch {
    return "";
  }
}
