import { firstIdAt } from "../ledger/call-row.ts";
import type { Dimension } from "../ledger/columns.ts";
import type { Database, SqlValue } from "../ledger/database.ts";
import { buildConditions, type Filters, type Scope } from "./query.ts";

/** So many calls are looked at, the newest ones: it bounds the time and the memory. */
export const MAX_SAMPLE = 10_000;

export interface LatencyQuery {
  readonly start: number;
  readonly end: number;
  readonly dimensions: readonly Dimension[];
  readonly scope: Scope;
  readonly filters: Filters;
}

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface LatencyGroup {
  readonly key: readonly string[];
  readonly calls: number;
  readonly total_ms: Percentiles;
  /** Null if none of them had content. */
  readonly first_content_ms: Percentiles | null;
}

/** How long successful calls took, in the order of their keys. */
export async function readLatency(
  database: Database,
  { start, end, dimensions, scope, filters }: LatencyQuery,
): Promise<{ sampled: boolean; groups: LatencyGroup[] }> {
  const params: SqlValue[] = [firstIdAt(start), firstIdAt(end)];
  const conditions = buildConditions("", params, scope, filters, { outcome: "ok" });
  params.push(MAX_SAMPLE);
  const sql = `SELECT ${[...dimensions, "duration_ms", "first_content_ms"].join(", ")}
    FROM ledger_calls WHERE ${["id >= $1", "id < $2", ...conditions].join(" AND ")}
    ORDER BY id DESC LIMIT $${params.length}`;
  const rows = await database.query({ sql, params });

  const groups = new Map<string, { key: string[]; totals: number[]; firsts: number[] }>();
  for (const row of rows) {
    const key = dimensions.map((name) => String(row[name]));
    const id = JSON.stringify(key);
    const group = groups.get(id) ?? { key, totals: [], firsts: [] };
    groups.set(id, group);
    group.totals.push(Number(row.duration_ms));
    if (row.first_content_ms !== null) group.firsts.push(Number(row.first_content_ms));
  }
  return {
    sampled: rows.length === MAX_SAMPLE,
    groups: [...groups.entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { key, totals, firsts }]) => ({
        key,
        calls: totals.length,
        total_ms: percentiles(totals),
        first_content_ms: firsts.length === 0 ? null : percentiles(firsts),
      })),
  };
}

/** By the nearest rank. */
function percentiles(values: number[]): Percentiles {
  values.sort((one, other) => one - other);
  const at = (share: number) => values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
