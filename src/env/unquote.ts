/**
 * The text without surrounding white space and one pair of quotes: `docker --env-file` keeps the
 * quotes that a shell removes.
 */
export function unquote(value: string): string {
  const text = value.trim();
  const quote = text[0];
  return (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote)
    ? text.slice(1, -1).trim()
    : text;
}
