import { JsonError } from "./json-error.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * One pass over a JSON text before it is parsed: refuses nesting deeper than `maxDepth` and counts the members of all objects
 * (every colon outside of a string is one). Text that is not JSON gives a meaningless count, and is the parser's to refuse.
 */
export function countMembersInText(text: string, maxDepth: number): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = findStringEnd(text, at);
        break;
      case 0x3a: // :
        members++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxDepth) throw new JsonError("depth");
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return members;
}

/** Where the string that opens at `start` has its closing quote; the text's end if it has none. */
export function findStringEnd(text: string, start: number): number {
  // Most strings have no escaped quote, and the longest of them (base64) no escape at all: the native search reads those.
  const quote = text.indexOf('"', start + 1);
  if (quote < 0) return text.length;
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return text.length;
}
