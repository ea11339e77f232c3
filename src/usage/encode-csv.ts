/** The content type, with the parameter of RFC 4180 for the first line. */
export const CSV = "text/csv; charset=utf-8; header=present";

export type Cell = string | number | null;

/** RFC 4180. A text that a spreadsheet would take for a formula is led by an apostrophe. */
export function encodeCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(encodeCell).join(",")}\r\n`).join("");
}

function encodeCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return formatNumber(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Without an exponent, which JavaScript writes for the price of a few tokens. */
function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(9).replace(/0+$/, "");
}
