// Figures as tables: one for each work, a row for each variant, and how many times as much it takes
// as what it is to be compared with, if the ranges show a difference.
import { type Figure, PARTS, type Part } from "./results.ts";
import { compare, rangeOf } from "./statistics.ts";

export interface Table {
  part: Part;
  title: string;
  head: string[];
  rows: string[][];
}

/** Shares of a figure that the tables leave out. */
const isDetail = ({ measure }: Figure) => measure.includes(": ");

export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** The median, and the lowest and highest. */
export function formatValues(values: readonly number[]): string {
  const { low, middle, high } = rangeOf(values);
  if (low === high) return formatNumber(middle);
  return `${formatNumber(middle)} (${formatNumber(low)}–${formatNumber(high)})`;
}

function formatRatio(values: readonly number[], base: readonly number[] | undefined): string {
  if (!base) return "";
  if (values === base) return "1";
  const ratio = compare(values, base);
  return ratio === null ? "no difference shown" : `${ratio.toFixed(2)} ×`;
}

function makeTable(part: Part, title: string, figures: readonly Figure[], bases: string[]): Table {
  const measures = [...new Set(figures.map(({ measure }) => measure))];
  const rows = [...new Set(figures.map(({ runtime, variant }) => `${runtime} ${variant}`))];
  const find = (row: string, measure: string | undefined) =>
    figures.find((one) => `${one.runtime} ${one.variant}` === row && one.measure === measure);
  const known = bases.filter((base) => figures.some(({ variant }) => variant === base));
  return {
    part,
    title,
    head: ["", ...measures, ...known.map((base) => `${measures[0]}: beside ${base}`)],
    rows: rows.map((row) => {
      const first = find(row, measures[0]);
      return [
        row,
        ...measures.map((measure) => {
          const values = find(row, measure)?.values;
          return values ? formatValues(values) : "";
        }),
        ...known.map((base) =>
          formatRatio(first?.values ?? [], find(`${first?.runtime} ${base}`, measures[0])?.values),
        ),
      ];
    }),
  };
}

/** `bases`: the variants beside which the first measure of each table is set. */
export function makeTables(figures: readonly Figure[], bases: string[]): Table[] {
  const shown = figures.filter((figure) => !isDetail(figure));
  return PARTS.flatMap((part) => {
    const here = shown.filter((figure) => figure.part === part);
    // One table for a curve.
    const titleOf = ({ curve, work }: Figure) => curve ?? work;
    return [...new Set(here.map(titleOf))].map((title) => {
      const figuresOf = here.filter((figure) => titleOf(figure) === title);
      const isCurve = figuresOf.some(({ curve }) => curve !== undefined);
      return isCurve
        ? makeTable(part, title, figuresOf.map(bySize), [])
        : makeTable(part, title, figuresOf, bases);
    });
  });
}

/** A point of a curve as a column of its table. */
function bySize(figure: Figure): Figure {
  return { ...figure, measure: (figure.size ?? 0).toLocaleString("en") };
}

export function printTable({ part, title, head, rows }: Table): void {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  process.stdout.write(`\n${part}: ${title}\n${[head, ...rows].map(line).join("\n")}\n`);
}
