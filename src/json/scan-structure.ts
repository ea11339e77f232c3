import { JsonError } from "./json-error.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * One pass over a JSON text before it is parsed: refuses nesting deeper than `maxDepth` and counts
 * the members of all objects (one colon outside of strings each). The count is meaningless if the
 * text is not JSON, which is for the parser to refuse.
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

/**
 * The index of the closing quote of the string that opens at `start`; the text's length if it has
 * none.
 */
export function findStringEnd(text: string, start: number): number {
  // Most strings have no escaped quote, and the longest (base64) no escape at all: for those the
  // native search is fastest.
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
