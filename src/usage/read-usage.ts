import { type Dimension, SUMS, type Sum } from "../ledger/columns.ts";
import type { Database, SqlValue } from "../ledger/database.ts";
import { encodeRows, jsonRows } from "../ledger/json-rows.ts";
import type { Period } from "./periods.ts";
import { buildConditions, type Filters, type Scope } from "./query.ts";

const PERIOD_COLUMNS = { label: "text", first: "integer", next: "integer" } as const;

export interface UsageQuery {
  readonly periods: readonly Period[];
  readonly dimensions: readonly Dimension[];
  readonly scope: Scope;
  readonly filters: Filters;
  readonly limit: number;
  /** The period and the dimensions of the last group of the page before. */
  readonly after: readonly string[] | undefined;
}

/** The sums of one group. */
export interface UsageGroup {
  /** The period's label and the values of the dimensions, in their order. */
  readonly key: readonly string[];
  readonly sums: Readonly<Record<Sum, number>>;
}

/** Sums of usage, in the order of their keys. */
export async function readUsage(database: Database, query: UsageQuery): Promise<UsageGroup[]> {
  const { flavor } = database;
  const { periods, dimensions, scope, filters, limit, after } = query;
  const params: SqlValue[] = [
    encodeRows(
      PERIOD_COLUMNS,
      periods.map((one) => ({ ...one })),
    ),
  ];
  const conditions = buildConditions("u.", params, scope, filters);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const keys = ["label", ...dimensions];
  const names = ["p.label", ...dimensions.map((name) => `u.${name}`)];
  const sums = SUMS.map((name) => `SUM(u.${name}) AS ${name}`);
  const given = jsonRows(flavor, "$1", "p", PERIOD_COLUMNS);
  const groups = `SELECT ${[...names, ...sums].join(", ")} FROM ${given}
    JOIN ledger_usage AS u ON u.slot >= p.first AND u.slot < p.next
    ${where} GROUP BY ${names.join(", ")}`;
  let rest = "";
  if (after) {
    const places = after.map((value) => {
      params.push(value);
      return `$${params.length}`;
    });
    rest = `WHERE (${keys.join(", ")}) > (${places.join(", ")})`;
  }
  params.push(limit);
  const sql = `SELECT * FROM (${groups}) AS g ${rest}
    ORDER BY ${keys.join(", ")} LIMIT $${params.length}`;
  const rows = await database.query({ sql, params });
  return rows.map((row) => ({
    key: keys.map((name) => String(row[name])),
    sums: readSums(row),
  }));
}

function readSums(row: Readonly<Record<string, unknown>>): Record<Sum, number> {
  return {
    calls: Number(row.calls),
    streams: Number(row.streams),
    errors: Number(row.errors),
    rescued_calls: Number(row.rescued_calls),
    unpriced_calls: Number(row.unpriced_calls),
    estimated_calls: Number(row.estimated_calls),
    input_tokens: Number(row.input_tokens),
    output_tokens: Number(row.output_tokens),
    cached_input_tokens: Number(row.cached_input_tokens),
    cache_write_input_tokens: Number(row.cache_write_input_tokens),
    reasoning_tokens: Number(row.reasoning_tokens),
    input_cost_nanos: Number(row.input_cost_nanos),
    output_cost_nanos: Number(row.output_cost_nanos),
    duration_ms: Number(row.duration_ms),
  };
}
