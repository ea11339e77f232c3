import type { Registry } from "prom-client";
import Histogram from "prom-client/lib/histogram.js";
import { registerSource } from "./metric-source.ts";

/**
 * Counters and histograms that are cheap to add to. prom-client checks, sorts and joins all labels
 * each time it counts, and a call counts ten times: that was 5 % of its CPU. Here a series is found
 * by the values of its labels alone, and prom-client gets all of them when its page is read.
 */

export interface MetricName<Labels extends readonly string[]> {
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
}

/** A value for each label, in their order. */
type Values<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string };

export interface CounterTally<Labels extends readonly string[]> {
  add(amount: number, ...values: Values<Labels>): void;
}

export interface HistogramTally<Labels extends readonly string[]> {
  observe(value: number, ...values: Values<Labels>): void;
}

export function createCounter<const Labels extends readonly string[]>(
  metric: MetricName<Labels>,
  registry: Registry,
): CounterTally<Labels> {
  const series = createSeries(metric.labels, () => ({ value: 0 }));
  const read = () => series.all.map(({ labels, tally: { value } }) => ({ labels, value }));
  registerSource({ ...metric, type: "counter", read }, registry);
  return {
    add(amount, ...values) {
      series.find(values).value += amount;
    },
  };
}

export function createHistogram<const Labels extends readonly string[]>(
  metric: MetricName<Labels> & { readonly buckets: readonly number[] },
  registry: Registry,
): HistogramTally<Labels> {
  const { buckets } = metric;
  const series = createSeries(metric.labels, () => ({
    /** Of each bucket by itself, and of what is above the last one. */
    counts: Array.from({ length: buckets.length + 1 }, () => 0),
    sum: 0,
  }));
  new TalliedHistogram(metric, registry, () =>
    series.all.flatMap(({ labels, tally }) => describeHistogram(metric, labels, tally)),
  );
  return {
    observe(value, ...values) {
      const tally = series.find(values);
      let index = 0;
      while (value > (buckets[index] ?? Number.POSITIVE_INFINITY)) index += 1;
      tally.counts[index] = (tally.counts[index] ?? 0) + 1;
      tally.sum += value;
    },
  };
}

interface HistogramMetric extends MetricName<readonly string[]> {
  readonly buckets: readonly number[];
}

interface Line {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A histogram's part of the page, from counts that were made elsewhere. */
class TalliedHistogram extends Histogram {
  readonly #metric: HistogramMetric;
  readonly #read: () => Line[];

  constructor(metric: HistogramMetric, registry: Registry, read: () => Line[]) {
    const { name, help, labels: labelNames, buckets } = metric;
    super({ name, help, labelNames, buckets: [...buckets], registers: [registry] });
    this.#metric = metric;
    this.#read = read;
  }

  /** What the page is written from; prom-client's types don't know it. */
  async getForPromString() {
    const { name, help } = this.#metric;
    return { name, help, type: "histogram", values: this.#read() };
  }
}

function describeHistogram(
  { name, buckets }: HistogramMetric,
  sharedLabels: Readonly<Record<string, string>>,
  { counts, sum }: { readonly counts: readonly number[]; readonly sum: number },
): Line[] {
  let total = 0;
  const lines: Line[] = counts.map((count, index) => {
    total += count;
    const labels = { le: buckets[index] ?? "+Inf" };
    return { metricName: `${name}_bucket`, labels, sharedLabels, value: total };
  });
  const labels = {};
  lines.push({ metricName: `${name}_sum`, labels, sharedLabels, value: sum });
  lines.push({ metricName: `${name}_count`, labels, sharedLabels, value: total });
  return lines;
}

/** Tallies by the values of a metric's labels, as a tree: a level for each label. */
interface Branch<T> {
  readonly next: Map<string, Branch<T>>;
  tally: T | null;
}

function createSeries<T>(names: readonly string[], createTally: () => T) {
  const root = createBranch<T>();
  const all: { readonly labels: Readonly<Record<string, string>>; readonly tally: T }[] = [];

  function add(values: readonly string[]): T {
    const labels = Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
    const tally = createTally();
    all.push({ labels, tally });
    return tally;
  }

  return {
    /** In the order in which they began. */
    all,
    find(values: readonly string[]): T {
      let branch = root;
      for (const value of values) {
        let next = branch.next.get(value);
        if (!next) {
          next = createBranch<T>();
          branch.next.set(value, next);
        }
        branch = next;
      }
      branch.tally ??= add(values);
      return branch.tally;
    },
  };
}

function createBranch<T>(): Branch<T> {
  return { next: new Map(), tally: null };
}
