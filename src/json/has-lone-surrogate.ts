/**
 * Whether a `\u` escape of this JSON text is half of a surrogate pair. Such text parses, but turns
 * into U+FFFD when written as UTF-8. The text must be valid JSON decoded from UTF-8, so that it has
 * no unescaped halves.
 */
export function hasLoneSurrogate(text: string): boolean {
  if (!text.includes("\\ud") && !text.includes("\\uD")) return false;
  for (let at = text.indexOf("\\"); at >= 0; at = text.indexOf("\\", at)) {
    const unit = readEscapedUnit(text, at);
    if (unit === null) at += 2;
    else if (unit >= 0xdc00 && unit <= 0xdfff) return true;
    else if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = readEscapedUnit(text, at + 6);
      if (next === null || next < 0xdc00 || next > 0xdfff) return true;
      at += 12;
    } else at += 6;
  }
  return false;
}

function readEscapedUnit(text: string, at: number): number | null {
  return text[at] === "\\" && text[at + 1] === "u"
    ? Number.parseInt(text.slice(at + 2, at + 6), 16)
    : null;
}
