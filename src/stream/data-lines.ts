/**
 * The data of a text of server-sent events whose data has one line each. Not by a regular
 * expression: for those U+2028 and U+2029, which JSON may hold, end a line too.
 */
export function dataLines(text: string): string[] {
  const prefix = "data: ";
  return text
    .split("\n")
    .flatMap((line) => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []));
}
