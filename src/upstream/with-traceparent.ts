/** Adds the header by which a vendor's own spans belong to the trace. */
export function withTraceparent(
  headers: Record<string, string>,
  traceparent: string | undefined,
): Record<string, string> {
  return traceparent === undefined ? headers : { ...headers, traceparent };
}
