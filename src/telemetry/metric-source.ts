import type { Registry } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";

/** One series of a figure. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A figure that is read when the metrics are, from the part of the server that holds it. */
export interface MetricSource {
  /** In base units, which end the name: `_seconds`, `_bytes`. A counter's ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly labels?: readonly string[];
  read(): readonly Sample[];
}

/** Puts a figure on the page of this registry. */
export function registerSource(source: MetricSource, registry: Registry): void {
  const options = {
    name: source.name,
    help: source.help,
    labelNames: source.labels ?? [],
    registers: [registry],
  };
  switch (source.type) {
    case "gauge": {
      const gauge: Gauge = new Gauge({
        ...options,
        collect() {
          gauge.reset();
          for (const { labels = {}, value } of source.read()) gauge.set(labels, value);
        },
      });
      break;
    }
    case "counter": {
      const counter: Counter = new Counter({
        ...options,
        collect() {
          counter.reset();
          for (const { labels = {}, value } of source.read()) counter.inc(labels, value);
        },
      });
      break;
    }
  }
}
