/**
 * What `flyctl secrets import` makes of a file: split at the first `=`; from `#` on dropped if an
 * even number of `"` precedes it; quotes around a value taken off; from the first line of 64 KB on
 * nothing is read.
 */
export function readSecretsAsFlyctl(text: string): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const line of text.split("\n")) {
    if (line.length >= 64 * 1024) break;
    const hash = line.indexOf("#");
    const comment = hash >= 0 && (line.slice(0, hash).split('"').length - 1) % 2 === 0;
    const content = (comment ? line.slice(0, hash) : line).trim();
    const equals = content.indexOf("=");
    if (equals > 0)
      secrets[content.slice(0, equals)] = content.slice(equals + 1).replace(/^(["'])(.*)\1$/, "$2");
  }
  return secrets;
}
