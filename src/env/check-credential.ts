/**
 * Why a credential cannot be sent, naming the variable or field `place`; undefined if it can, or if
 * there is none. `fetch` throws at white space and non-ASCII characters in a header, with the value
 * in its message.
 */
export function checkCredential(value: string | undefined, place: string): string | undefined {
  if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return undefined;
  return `${place} must be the bare value: without spaces, line breaks or other characters.`;
}
