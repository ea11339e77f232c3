import { type Attributes, type HrTime, type SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { VERSION } from "../version.ts";

export interface FinishedWork {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  /** Whether the parent is another program's. */
  readonly parentIsRemote?: boolean;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since 1970, like the next. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  /** Whether this is somebody's failure who is to be told of it. */
  readonly isFailure: boolean;
}

const SAMPLED = 1;
const SCOPE = { name: "ai-server", version: VERSION };
const NO_DURATION: HrTime = [0, 0];

/**
 * What has ended → a span as the exporter reads it. The package's own span, which collects what
 * happens while it is open, would cost each call some 20 µs more (Bun 1.4.5), and the call knows
 * all of it at its end.
 */
export function createSpan(work: FinishedWork, resource: Resource): ReadableSpan {
  const { traceId, spanId, parentId } = work;
  const context = { traceId, spanId, traceFlags: SAMPLED };
  const span: ReadableSpan = {
    name: work.name,
    kind: work.kind,
    spanContext: () => context,
    startTime: toHrTime(work.startedAt),
    // A clock that was set back must not make an end before the beginning.
    endTime: toHrTime(Math.max(work.startedAt, work.endedAt)),
    status: { code: work.isFailure ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: work.attributes,
    links: [],
    events: [],
    // Not sent: it follows from the two times.
    duration: NO_DURATION,
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  if (parentId === null) return span;
  const isRemote = work.parentIsRemote ?? false;
  return {
    ...span,
    parentSpanContext: { traceId, spanId: parentId, traceFlags: SAMPLED, isRemote },
  };
}

function toHrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}
