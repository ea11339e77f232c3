/** A text without white space and one pair of quotes around it: files for `docker --env-file` keep the quotes that a shell takes off. */
export function unquote(value: string): string {
  const text = value.trim();
  const quote = text[0];
  return (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote)
    ? text.slice(1, -1).trim()
    : text;
}
