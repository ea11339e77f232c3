import { type CallRow, DIMENSIONS, SLOT_MS, type Sums } from "./columns.ts";

/** A row of sums, under the names of its columns. */
export type UsageRow = Readonly<Record<string, string | number>>;

/**
 * The sums of these calls, in the order of their keys: two servers that add to the same rows of a
 * database then lock them in the same order.
 */
export function sumRows(calls: readonly CallRow[]): UsageRow[] {
  const groups = new Map<string, { key: Record<string, string | number>; sums: Sums }>();
  for (const call of calls) {
    const key: Record<string, string | number> = {
      slot: Math.floor(Number(call.ended_at) / SLOT_MS),
    };
    for (const name of DIMENSIONS) key[name] = call[name] ?? "";
    const id = JSON.stringify(Object.values(key));
    let group = groups.get(id);
    if (!group) {
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
  const answered = call.first_content_ms !== null || call.output_tokens !== null;
  sums.calls += 1;
  sums.streams += Number(call.stream);
  sums.errors += call.outcome === "ok" ? 0 : 1;
  sums.rescued_calls += Number(call.rescued);
  sums.unpriced_calls +=
    answered && call.kind === "generate" && call.output_cost_nanos === null ? 1 : 0;
  sums.estimated_calls += call.usage_source === "estimated" ? 1 : 0;
  sums.input_tokens += Number(call.input_tokens);
  sums.output_tokens += Number(call.output_tokens);
  sums.cached_input_tokens += Number(call.cached_input_tokens);
  sums.cache_write_input_tokens += Number(call.cache_write_input_tokens);
  sums.reasoning_tokens += Number(call.reasoning_tokens);
  sums.input_cost_nanos += Number(call.input_cost_nanos);
  sums.output_cost_nanos += Number(call.output_cost_nanos);
  sums.duration_ms += Number(call.duration_ms);
}
