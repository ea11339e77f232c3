import * as z from "zod/mini";
import { firstIdAt } from "../ledger/call-row.ts";
import { CALL_COLUMNS, callDetailsSchema } from "../ledger/columns.ts";
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

/** A row as it comes from any of the databases. */
const callSchema = z.object({
  id: z.string(),
  issuer: z.string(),
  tenant: z.string(),
  subject: z.string(),
  provider: z.string(),
  model: z.string(),
  dialect: z.string(),
  kind: z.string(),
  outcome: z.string(),
  duration_ms: integer,
  first_content_ms: z.union([z.null(), integer]),
  details: z.pipe(
    z.string(),
    z.transform((text) => callDetailsSchema.parse(JSON.parse(text))),
  ),
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
