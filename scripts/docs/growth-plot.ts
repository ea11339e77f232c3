/** Curves as one SVG of small plots, both axes logarithmic, readable on light and dark pages. */
import { formatNumber } from "../../bench/tables.ts";

export interface Curve {
  title: string;
  /** What is measured, with its unit. */
  unit: string;
  sizes: number[];
  lines: { name: string; values: number[] }[];
}

const COLUMNS = 3;
const PANEL = { width: 300, height: 230, left: 48, right: 16, top: 34, bottom: 30 };

const STYLE = `
  text { font: 11px system-ui, sans-serif; fill: #57606a; }
  .title { font-weight: 600; font-size: 12px; fill: #1f2328; }
  .grid { stroke: #d8dee4; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; }
  .line0 { stroke: #8250df; } .dot0 { fill: #8250df; }
  .line1 { stroke: #0969da; } .dot1 { fill: #0969da; }
  .linear { stroke: #8c959f; stroke-width: 1; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #3d444d; }
    .line0 { stroke: #ab7df8; } .dot0 { fill: #ab7df8; }
    .line1 { stroke: #4493f8; } .dot1 { fill: #4493f8; }
  }
`;

type Scale = (value: number) => number;

function logScale(low: number, high: number, from: number, to: number): Scale {
  const span = Math.log(high / low) || 1;
  return (value) => from + ((to - from) * Math.log(Math.max(value, low) / low)) / span;
}

/** Whole decades around the values. */
function decadesOf(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}

const coordinate = (value: number) => value.toFixed(1);

function drawPanel({ title, unit, sizes, lines }: Curve, at: number): string {
  const { width, height, left, right, top, bottom } = PANEL;
  const positive = sizes.filter((size) => size > 0);
  // Nothing at all has no logarithm: it stands where half of the least would.
  const least = Math.min(...positive) / (positive.length < sizes.length ? 2 : 1);
  const decades = decadesOf(lines.flatMap(({ values }) => values));
  const [floor = 1, ceiling = 10] = [decades[0], decades.at(-1)];
  const x = logScale(least, Math.max(...positive), left, width - right);
  const y = logScale(floor, ceiling, height - bottom, top);
  const parts = [`<text class="title" x="${left}" y="14">${title}</text>`];
  parts.push(`<text x="${left}" y="28">${unit}</text>`);
  for (const decade of decades) {
    const level = coordinate(y(decade));
    parts.push(
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${level}" y2="${level}"/>`,
      `<text x="${left - 6}" y="${level}" dy="4" text-anchor="end">${decade.toLocaleString("en")}</text>`,
    );
  }
  for (const size of sizes)
    parts.push(
      `<text x="${coordinate(x(size))}" y="${height - bottom + 16}" text-anchor="middle">${size.toLocaleString("en")}</text>`,
    );
  lines.forEach(({ name, values }, number) => {
    const points = values.map((value, index) => [x(sizes[index] ?? least), y(value)] as const);
    const path = points.map((point) => point.map(coordinate).join(",")).join(" ");
    parts.push(`<polyline class="line line${number}" points="${path}"/>`);
    points.forEach(([px, py], index) => {
      const value = formatNumber(values[index] ?? 0);
      parts.push(
        `<circle class="dot${number}" cx="${coordinate(px)}" cy="${coordinate(py)}" r="3"><title>${name}, ${sizes[index]}: ${value}</title></circle>`,
      );
    });
    // Above the higher end, so that it is not on the line.
    const falls = (values.at(-1) ?? 0) < (values[0] ?? 0);
    const [endX = 0, endY = 0] = (falls ? points[0] : points.at(-1)) ?? [];
    const anchor = falls ? "start" : "end";
    parts.push(
      `<text x="${coordinate(endX)}" y="${coordinate(endY - 8)}" text-anchor="${anchor}">${name}</text>`,
    );
  });
  const [column, row] = [at % COLUMNS, Math.floor(at / COLUMNS)];
  return `<g transform="translate(${column * width},${row * height})">\n${parts.join("\n")}\n</g>`;
}

export function drawCurves(curves: readonly Curve[]): string {
  const width = PANEL.width * COLUMNS;
  const height = PANEL.height * Math.ceil(curves.length / COLUMNS);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="CPU of a call and of a delta as loads and requests grow">
<style>${STYLE}</style>
${curves.map(drawPanel).join("\n")}
</svg>
`;
}
