// What the figures are meant to become, each as a multiple of another figure of the same run.
import { MEMORY_WORK } from "./measure-memory.ts";
import type { Figure } from "./results.ts";
import { median } from "./statistics.ts";
import { HELD_STREAMS, streams, WHOLE_ANSWER } from "./works.ts";

type Place = Pick<Figure, "part" | "work" | "runtime" | "measure">;

export interface Goal {
  what: string;
  place: Place;
  /** At most so many times the figure of this variant; without one, at most so much. */
  beside?: string;
  most: number;
}

const cpu = (
  part: "json" | "streams",
  work: string,
  runtime: Figure["runtime"] = "bun",
): Place => ({
  ...{ part, work, runtime, measure: "CPU µs" },
});
const start = (work: string): Place => ({
  ...{ part: "start", work, runtime: "bun", measure: "first 200, ms" },
});
const memory = (measure: string): Place => ({
  ...{ part: "memory", work: MEMORY_WORK, runtime: "bun", measure },
});
const burst = streams(100, 10).name;
const whole = WHOLE_ANSWER.name;

export const GOALS: readonly Goal[] = [
  { what: "CPU of a whole answer", place: cpu("json", whole), beside: "thin", most: 2 },
  { what: `CPU of a delta, ${burst}`, place: cpu("streams", burst), beside: "thin", most: 1.8 },
  {
    what: `CPU of a delta, ${HELD_STREAMS.name}`,
    place: cpu("streams", HELD_STREAMS.name),
    beside: "thin",
    most: 1.8,
  },
  { what: "Start, both built", place: start("start, built"), beside: "zod-jose", most: 0.9 },
  {
    what: "Start, both from source",
    place: start("start, from source"),
    beside: "zod-jose",
    most: 0.9,
  },
  { what: "Memory of a held stream", place: memory("KB per stream"), beside: "lean", most: 1.2 },
  { what: "Memory at rest, MiB", place: memory("RSS at rest, MiB"), most: 45 },
  {
    what: "Workers bundle, KiB gzip",
    place: { part: "bundle", work: "Workers bundle", runtime: "workers", measure: "gzip KiB" },
    most: 110,
  },
];

/** Goals beside the build before the work, if it was measured in the same run. */
export function listGoals(other: string | undefined): Goal[] {
  if (other === undefined) return [...GOALS];
  return [
    ...GOALS,
    { what: "CPU of a whole answer", place: cpu("json", whole), beside: other, most: 0.5 },
    { what: `CPU of a delta, ${burst}`, place: cpu("streams", burst), beside: other, most: 0.65 },
    { what: "Start, built", place: start("start, built"), beside: other, most: 0.4 },
    {
      what: "CPU of a whole answer on Deno",
      place: cpu("json", whole, "deno"),
      beside: other,
      most: 0.6,
    },
    {
      what: "CPU of a whole answer on workerd",
      place: cpu("json", whole, "workers"),
      beside: other,
      most: 0.6,
    },
  ];
}

function find(figures: readonly Figure[], place: Place, variant: string): number | undefined {
  const figure = figures.find(
    (one) =>
      one.part === place.part &&
      one.work === place.work &&
      one.runtime === place.runtime &&
      one.measure === place.measure &&
      one.variant === variant,
  );
  return figure && median(figure.values);
}

/** The figure as the goal counts it; undefined if it was not measured. */
export function measureGoal(
  { place, beside }: Goal,
  figures: readonly Figure[],
  variant: string,
): number | undefined {
  const value = find(figures, place, variant);
  if (value === undefined || beside === undefined) return value;
  const base = find(figures, place, beside);
  return base === undefined ? undefined : value / base;
}
