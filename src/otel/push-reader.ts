import {
  AggregationTemporality,
  MetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";

type Push = (collected: ResourceMetrics) => Promise<void>;

const TEMPORALITIES = {
  cumulative: AggregationTemporality.CUMULATIVE,
  delta: AggregationTemporality.DELTA,
};

/**
 * Collects the metrics when it is flushed, and pushes them. The package's own periodic reader has a
 * timer from the start, which a Worker may not have.
 */
class PushReader extends MetricReader {
  readonly #push: Push;

  constructor(temporality: AggregationTemporality, push: Push) {
    super({ aggregationTemporalitySelector: () => temporality });
    this.#push = push;
  }

  protected override async onForceFlush(): Promise<void> {
    const { resourceMetrics } = await this.collect();
    if (resourceMetrics.scopeMetrics.length > 0) await this.#push(resourceMetrics);
  }

  protected override onShutdown(): Promise<void> {
    return this.onForceFlush();
  }
}

export function createPushReader(
  temporality: keyof typeof TEMPORALITIES,
  push: Push,
): MetricReader {
  return new PushReader(TEMPORALITIES[temporality], push);
}
