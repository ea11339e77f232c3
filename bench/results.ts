// What a run found: one list of figures, which the table and docs/performance.md are made of.
import { cpus, release, totalmem } from "node:os";
import * as z from "zod";
import { RUNTIMES } from "../test/support/runtimes/runtime.ts";

export const PARTS = ["json", "streams", "growth", "start", "memory", "bundle"] as const;
export type Part = (typeof PARTS)[number];

export const figureSchema = z.object({
  part: z.enum(PARTS),
  work: z.string(),
  runtime: z.enum(RUNTIMES),
  variant: z.string(),
  /** What was measured, with its unit. */
  measure: z.string(),
  /** Of each round. */
  values: z.array(z.number()),
  /** For a point of a curve: which, and how much there is of what grows. */
  curve: z.string().optional(),
  size: z.number().optional(),
});
export type Figure = z.infer<typeof figureSchema>;

export const resultsSchema = z.object({
  date: z.string(),
  machine: z.string(),
  versions: z.record(z.string(), z.string()),
  /** The names of the builds, this one first. */
  builds: z.array(z.string()),
  rounds: z.number(),
  seconds: z.number(),
  /** The machine's load average before and after: how far others used it. */
  load: z.tuple([z.number(), z.number()]),
  figures: z.array(figureSchema),
});
export type Results = z.infer<typeof resultsSchema>;

export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${memory} GiB, Linux ${release()}`;
}

export async function readVersions(): Promise<Record<string, string>> {
  const read = async (name: string): Promise<string> => {
    const { version }: { version: string } = await Bun.file(
      `${import.meta.dir}/../node_modules/${name}/package.json`,
    ).json();
    return version;
  };
  return { Bun: Bun.version, Deno: await read("deno"), workerd: await read("workerd") };
}

/** Collects the values of the rounds. */
export interface Figures {
  add(key: Omit<Figure, "values">, value: number): void;
  list(): Figure[];
}

export function createFigures(): Figures {
  const figures = new Map<string, Figure>();
  return {
    add(key, value) {
      const id = [key.part, key.work, key.runtime, key.variant, key.measure].join("\n");
      const figure = figures.get(id) ?? { ...key, values: [] };
      figure.values.push(Number(value.toPrecision(5)));
      figures.set(id, figure);
    },
    list: () => [...figures.values()],
  };
}
