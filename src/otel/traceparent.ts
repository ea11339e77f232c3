/** The caller's span, as the header `traceparent` names it. */
export interface ParentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

const FORM =
  /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const SAMPLED = 1;

/**
 * `traceparent` → the caller's span; null if it is not valid, in which case a new trace begins
 * (https://www.w3.org/TR/trace-context/#traceparent-header). Later versions may add fields.
 */
export function readTraceparent(header: string | null): ParentSpan | null {
  const [, version, traceId, spanId, flags, more] = FORM.exec(header?.trim() ?? "") ?? [];
  if (!traceId || !spanId || !flags || (version === "00" && more !== undefined)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

export function writeTraceparent({ traceId, spanId, isSampled }: ParentSpan): string {
  return `00-${traceId}-${spanId}-0${isSampled ? SAMPLED : 0}`;
}
