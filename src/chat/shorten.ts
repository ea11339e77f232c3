/** The text in at most `length` letters: the same one always becomes the same, others hardly ever. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : withHash(text, text, length);
}

/** A text in at most `length` letters that ends in the hash of another one. */
export function withHash(text: string, hashed: string, length: number): string {
  const end = `_${hash(hashed)}`;
  return text.slice(0, length - end.length) + end;
}

/** FNV-1a. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
}
