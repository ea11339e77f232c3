/** The rest of a text of server-sent events, without its first ones. */
export function skipEvents(text: string, count: number): string {
  let at = 0;
  for (let skipped = 0; skipped < count; skipped += 1) {
    const end = text.indexOf("\n\n", at);
    if (end === -1) return "";
    at = end + 2;
  }
  return text.slice(at);
}
