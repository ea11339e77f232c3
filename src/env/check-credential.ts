/**
 * Why a credential cannot be sent, said of the variable or field that holds it; undefined where it can, or where there is none.
 * `fetch` throws at white space and at characters beyond ASCII in a header, with the value in its message.
 */
export function checkCredential(value: string | undefined, place: string): string | undefined {
  if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return undefined;
  return `${place} must be the bare value: without spaces, line breaks or other characters.`;
}
