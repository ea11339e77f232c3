import * as z from "zod/mini";
import { type JsonObject, jsonObjectSchema } from "../json/json-object.ts";
import { decodeBase64 } from "./decode-base64.ts";
import { unquote } from "./unquote.ts";

/**
 * A secret that is a JSON object, in any form that people set one in: raw, or as base64 or
 * base64url with or without padding (`cut -d= -f2` cuts it off), with white space or quotes around
 * it and line breaks inside. Null if it is none of these. Its content is never part of a message.
 */
export function parseJsonSecret(value: string): JsonObject | null {
  const text = unquote(value);
  return (
    jsonObjectSchema.safeParse(parseJson(text, "{") ?? parseJson(decodeText(text), "{")).data ??
    null
  );
}

/** The same for a secret that is a JSON list. */
export function parseJsonListSecret(value: string): unknown[] | null {
  const text = unquote(value);
  return (
    z.array(z.unknown()).safeParse(parseJson(text, "[") ?? parseJson(decodeText(text), "[")).data ??
    null
  );
}

function parseJson(text: string, opening: "{" | "["): unknown {
  if (!text.startsWith(opening)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodeText(text: string): string {
  const bytes = decodeBase64(text);
  if (bytes === null) return "";
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
  } catch {
    return "";
  }
}
