import { findDuplicateName } from "./find-duplicate.ts";
import { hasLoneSurrogate } from "./has-lone-surrogate.ts";
import { JsonError } from "./json-error.ts";
import { countMembersInText } from "./scan-structure.ts";

/** How deep a request body may be nested by default; `MAX_JSON_DEPTH` overrides it. */
export const MAX_BODY_DEPTH = 64;

/**
 * More than any conversation with tools has. Each member blocks the server for some microseconds.
 */
const MAX_MEMBERS = 50_000;

/**
 * A JSON text → its value. Refuses what parsers disagree on or what may turn into something else
 * later: duplicate names in one object, `__proto__` as a name, nesting deeper than `maxDepth`, lone
 * surrogates, and too many members. Throws a {@link JsonError}. The text must come from {@link
 * decodeUtf8}.
 *
 * Duplicates are found by counting: the text has one colon outside of strings for each member, and
 * the parser merges members of the same name.
 */
export function parseStrictJson(text: string, maxDepth: number = MAX_BODY_DEPTH): unknown {
  const members = countMembersInText(text, maxDepth);
  if (members > MAX_MEMBERS) throw new JsonError("members");
  const value = parse(text);
  if (hasLoneSurrogate(text)) throw new JsonError("lone_surrogate");
  if (countMembers(value) !== members)
    throw new JsonError("duplicate_name", findDuplicateName(text) ?? undefined);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonError(text.startsWith("\uFEFF") ? "byte_order_mark" : "syntax");
  }
}

function countMembers(value: unknown): number {
  return typeof value === "object" && value !== null ? countMembersOf(value) : 0;
}

function countMembersOf(value: object): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) members += countMembers(value[index]);
    return members;
  }
  // for…in takes half the time of Object.entries, and parsed objects inherit nothing enumerable.
  for (const name in value) {
    if (name === "__proto__") throw new JsonError("proto_name");
    members += 1 + countMembers(Reflect.get(value, name));
  }
  return members;
}
