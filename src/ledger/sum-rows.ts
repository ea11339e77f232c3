import { type CallRow, DIMENSIONS, SLOT_MS, type Sums } from "./columns.ts";

/** A row of sums, under the names of its columns. */
export type UsageRow = Readonly<Record<string, string | number>>;

/**
 * The sums of these calls, in the order of their keys: two servers that add to the same rows of a
 * database then lock them in the same order.
 */
export function sumRows(calls: readonly CallRow[]): UsageRow[] {
  const groups = new Map<string, { key: UsageRow; sums: Sums }>();
  for (const call of calls) {
    const slot = Math.floor(call.details.ended_at / SLOT_MS);
    // A line break is in none of the texts.
    let id = String(slot);
    for (const name of DIMENSIONS) id += `\n${call[name]}`;
    let group = groups.get(id);
    if (!group) {
      const { issuer, tenant, subject, provider, model, dialect, kind, outcome } = call;
      const key = { slot, issuer, tenant, subject, provider, model, dialect, kind, outcome };
      group = { key, sums: emptySums() };
      groups.set(id, group);
    }
    addCall(group.sums, call);
  }
  return [...groups.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { key, sums }]) => ({ ...key, ...sums }));
}

export function emptySums(): Sums {
  return {
    calls: 0,
    streams: 0,
    errors: 0,
    rescued_calls: 0,
    unpriced_calls: 0,
    estimated_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cached_input_tokens: 0,
    cache_write_input_tokens: 0,
    reasoning_tokens: 0,
    input_cost_nanos: 0,
    output_cost_nanos: 0,
    duration_ms: 0,
  };
}

function addCall(sums: Sums, call: CallRow): void {
  const { details } = call;
  const answered = call.first_content_ms !== null || details.output_tokens !== null;
  const unpriced = answered && call.kind !== "count_tokens" && details.output_cost_nanos === null;
  sums.calls += 1;
  sums.streams += details.stream ? 1 : 0;
  sums.errors += call.outcome === "ok" ? 0 : 1;
  sums.rescued_calls += details.rescued ? 1 : 0;
  sums.unpriced_calls += unpriced ? 1 : 0;
  sums.estimated_calls += details.usage_source === "estimated" ? 1 : 0;
  sums.input_tokens += details.input_tokens ?? 0;
  sums.output_tokens += details.output_tokens ?? 0;
  sums.cached_input_tokens += details.cached_input_tokens ?? 0;
  sums.cache_write_input_tokens += details.cache_write_input_tokens ?? 0;
  sums.reasoning_tokens += details.reasoning_tokens ?? 0;
  sums.input_cost_nanos += details.input_cost_nanos ?? 0;
  sums.output_cost_nanos += details.output_cost_nanos ?? 0;
  sums.duration_ms += call.duration_ms;
}
