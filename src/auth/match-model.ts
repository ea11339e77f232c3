/**
 * Whether a text fits a pattern in which `*` stands for any characters, slashes included. Linear in
 * the text for each `*`.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starText = 0;
  while (at < text.length) {
    if (pattern[next] === "*") {
      star = next++;
      starText = at;
    } else if (pattern[next] === text[at]) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++starText;
    } else return false;
  }
  while (pattern[next] === "*") next++;
  return next === pattern.length;
}

/**
 * Whether a list of patterns allows `provider/model`: the last one that fits decides, and `!`
 * before it excludes.
 */
export function allowsModel(patterns: readonly string[], model: string): boolean {
  const last = patterns.findLast((pattern) =>
    matchesGlob(pattern.startsWith("!") ? pattern.slice(1) : pattern, model),
  );
  return last !== undefined && !last.startsWith("!");
}

/**
 * Whether a list of patterns may allow a model of this provider: one of them begins like its
 * models.
 */
export function mayAllowProvider(patterns: readonly string[], provider: string): boolean {
  return patterns.some((pattern) => {
    if (pattern.startsWith("!")) return false;
    const [start = ""] = pattern.split("*", 1);
    const begin = `${provider}/`;
    return start.startsWith(begin) || (pattern.includes("*") && begin.startsWith(start));
  });
}
