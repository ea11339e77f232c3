/**
 * bun scripts/docs/write-performance.ts [--check] — the tables of docs/performance.md and its plot,
 * from the runs in bench/results (`npm run bench -- --save bench/results/1.json`).
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Goal, listGoals, measureGoal } from "../../bench/goals.ts";
import { type Figure, type Results, resultsSchema } from "../../bench/results.ts";
import { median } from "../../bench/statistics.ts";
import { formatNumber, makeTables } from "../../bench/tables.ts";
import { THIS } from "../../bench/variants.ts";
import { type Curve, drawCurves } from "./growth-plot.ts";
import { fillPage, formatTable } from "./markdown.ts";
import { writeOrCheck } from "./write-or-check.ts";

const root = resolve(import.meta.dir, "../..");
const PAGE = "docs/performance.md";
const PLOT = "docs/performance-growth.svg";

function readRuns(): Results[] {
  const folder = resolve(root, "bench/results");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files
    .sort()
    .map((name) => resultsSchema.parse(JSON.parse(readFileSync(resolve(folder, name), "utf8"))));
}

/** The figures of all runs as those of one with more rounds. */
function joinRuns(runs: readonly Results[]): Figure[] {
  const joined = new Map<string, Figure>();
  for (const figure of runs.flatMap(({ figures }) => figures)) {
    const { part, work, runtime, variant, measure, values } = figure;
    const id = [part, work, runtime, variant, measure].join("\n");
    const known = joined.get(id);
    if (known) known.values.push(...values);
    else joined.set(id, { ...figure, values: [...values] });
  }
  return [...joined.values()];
}

function describeRuns(runs: readonly Results[]): string {
  const [first] = runs;
  if (!first) throw new Error("there are no runs in bench/results");
  const versions = Object.entries(first.versions).map((entry) => entry.join(" "));
  return formatTable(
    ["", ""],
    [
      ["Machine", first.machine],
      ["Versions", versions.join(", ")],
      ["Date", [...new Set(runs.map(({ date }) => date))].join(", ")],
      ["Runs", runs.map(({ rounds, seconds }) => `${rounds} rounds of ${seconds} s`).join("; ")],
      [
        "Load average before and after",
        runs.map(({ load }) => load.map((value) => value.toFixed(1)).join(" → ")).join("; "),
      ],
    ],
  );
}

function describeGoal(goal: Goal, figures: readonly Figure[]): string[] {
  const { what, beside, most } = goal;
  const value = measureGoal(goal, figures, THIS);
  const unit = beside === undefined ? "" : ` × ${beside}`;
  const measured = value === undefined ? "not measured" : `${formatNumber(value)}${unit}`;
  const isMet = value !== undefined && value <= most;
  return [what, `≤ ${most}${unit}`, measured, value === undefined ? "" : isMet ? "yes" : "no"];
}

function formatTables(figures: readonly Figure[], others: readonly string[]): string {
  return makeTables(figures, ["thin", THIS, ...others])
    .filter(({ part }) => part !== "growth")
    .map(({ title, head, rows }) => `### ${title}\n\n${formatTable(head, rows)}`)
    .join("\n\n");
}

/** Who takes the CPU of a call: shares of this server's figures by thread. */
function threadTable(figures: readonly Figure[]): string {
  const details = figures.filter(
    ({ part, variant, measure }) =>
      part !== "growth" && measure.startsWith("CPU µs: ") && ["thin", THIS].includes(variant),
  );
  const kinds = [...new Set(details.map(({ measure }) => measure))];
  const rowOf = ({ runtime, variant, work }: Figure) => `${work} | ${runtime} ${variant}`;
  const rows = [...new Set(details.map(rowOf))].map((row) => [
    ...row.split(" | "),
    ...kinds.map((kind) => {
      const figure = details.find((one) => rowOf(one) === row && one.measure === kind);
      return figure ? formatNumber(median(figure.values)) : "";
    }),
  ]);
  return formatTable(["", "", ...kinds.map((kind) => kind.slice("CPU µs: ".length))], rows);
}

function listCurves(figures: readonly Figure[]): Curve[] {
  const points = figures.filter(({ curve, measure }) => curve && measure === "CPU µs");
  return [...new Set(points.map(({ curve }) => curve ?? ""))].map((title) => {
    const own = points.filter(({ curve }) => curve === title);
    const sizes = [...new Set(own.map(({ size }) => size ?? 0))];
    const names = [...new Set(own.map(({ variant }) => variant))];
    const valueAt = (name: string, size: number) =>
      median(own.find((one) => one.variant === name && one.size === size)?.values ?? []);
    return {
      title,
      unit: `CPU µs ${title.startsWith("streams") ? "a delta" : "a call"}`,
      sizes,
      lines: names.map((name) => ({ name, values: sizes.map((size) => valueAt(name, size)) })),
    };
  });
}

function growthTable(curves: readonly Curve[]): string {
  const rows = curves.flatMap(({ title, unit, sizes, lines }) =>
    lines.map(({ name, values }) => [
      `${title}, ${unit}`,
      name,
      sizes
        .map((size, at) => `${size.toLocaleString("en")}: ${formatNumber(values[at] ?? 0)}`)
        .join(", "),
    ]),
  );
  return formatTable(["Grows", "", "CPU µs"], rows);
}

/** docs/performance.md and its plot, as the runs have them. */
export function performancePage(): { page: string; plot: string } {
  const runs = readRuns();
  const figures = joinRuns(runs);
  const others = runs[0]?.builds.slice(1) ?? [];
  const curves = listCurves(figures);
  const goals = listGoals(others[0]).map((goal) => describeGoal(goal, figures));
  const filled: [string, string][] = [
    ["runs", describeRuns(runs)],
    ["goals", formatTable(["", "Goal", "Measured", "Met"], goals)],
    ["tables", formatTables(figures, others)],
    ["threads", threadTable(figures)],
    ["growth", growthTable(curves)],
  ];
  const page = filled.reduce(
    (text, [name, content]) => fillPage(text, name, content),
    readFileSync(resolve(root, PAGE), "utf8"),
  );
  return { page, plot: drawCurves(curves) };
}

if (import.meta.main) {
  const { page, plot } = performancePage();
  const script = "write-performance.ts";
  const codes = [
    writeOrCheck(PAGE, page, script, process.argv),
    writeOrCheck(PLOT, plot, script, process.argv),
  ];
  process.exit(Math.max(...codes));
}
