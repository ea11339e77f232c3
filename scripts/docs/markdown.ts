/** A Markdown table; what would end a cell is escaped. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** A page with what is between `<!-- name -->` and `<!-- /name -->` replaced. */
export function fillPage(page: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest = ""] = page.split(start);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`the page has no ${start} … ${end}`);
  return `${before}${start}\n\n${content}\n\n${end}${after}`;
}
