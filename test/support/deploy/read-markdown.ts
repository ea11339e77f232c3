/** The contents of a document's code blocks of one language (`bash`), in order. */
export function readCodeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = ""]) => code);
}

/** The block that follows the comment `<!-- recorded: NAME -->`, as lines. */
export function readRecorded(markdown: string, name: string): string[] {
  const at = markdown.indexOf(`<!-- recorded: ${name} -->`);
  if (at < 0) throw new Error(`nothing recorded as ${name}`);
  return readCodeBlocks(markdown.slice(at), "")[0]?.trimEnd().split("\n") ?? [];
}

/** The targets of a document's links, except those on the web. */
export function readLinks(markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^https?:/.test(target));
}

/** The anchors that GitHub gives to a document's headings. */
export function readAnchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
