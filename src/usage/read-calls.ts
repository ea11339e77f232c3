import * as z from "zod";
import { firstIdAt } from "../ledger/call-row.ts";
import { CALL_COLUMNS } from "../ledger/columns.ts";
import type { Database, SqlValue } from "../ledger/database.ts";
import { buildConditions, type Filters, type Scope } from "./query.ts";

export interface CallsQuery {
  /** Milliseconds since 1970: from `start` up to, but not including, `end`. */
  readonly start: number;
  readonly end: number;
  readonly scope: Scope;
  readonly filters: Filters;
  readonly limit: number;
  /** The id of the last row of the page before. */
  readonly before: string | undefined;
}

const integer = z.coerce.number();
const optionalInteger = z.union([z.null(), integer]);

/** A row as it comes from any of the databases. */
const callSchema = z.object({
  id: z.string(),
  request_id: z.string(),
  started_at: integer,
  ended_at: integer,
  issuer: z.string(),
  tenant: z.string(),
  subject: z.string(),
  provider: z.string(),
  model: z.string(),
  dialect: z.string(),
  kind: z.string(),
  outcome: z.string(),
  stream: integer,
  rescued: integer,
  finish_reason: z.string(),
  usage_source: z.string(),
  input_tokens: optionalInteger,
  output_tokens: optionalInteger,
  cached_input_tokens: optionalInteger,
  cache_write_input_tokens: optionalInteger,
  reasoning_tokens: optionalInteger,
  input_cost_nanos: optionalInteger,
  output_cost_nanos: optionalInteger,
  price: z.string().nullable(),
  attempts: z.string(),
  duration_ms: integer,
  first_content_ms: optionalInteger,
});
export type StoredCall = z.infer<typeof callSchema>;

/** Single calls, the newest first. */
export async function readCalls(database: Database, query: CallsQuery): Promise<StoredCall[]> {
  const params: SqlValue[] = [firstIdAt(query.start), query.before ?? firstIdAt(query.end)];
  const conditions = buildConditions("", params, query.scope, query.filters);
  params.push(query.limit);
  const sql = `SELECT ${Object.keys(CALL_COLUMNS).join(", ")} FROM ledger_calls
    WHERE ${["id >= $1", "id < $2", ...conditions].join(" AND ")}
    ORDER BY id DESC LIMIT $${params.length}`;
  return z.array(callSchema).parse(await database.query({ sql, params }));
}
