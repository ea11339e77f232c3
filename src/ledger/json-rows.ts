import type {
  Columns,
  ColumnType,
  Flavor,
  RowsStatement,
  SqlValue,
  Statement,
} from "./database.ts";

/** Rows as one JSON parameter: a list for each row, in the order of the columns. */
export function encodeRows(
  columns: Columns,
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  const names = Object.keys(columns);
  return JSON.stringify(rows.map((row) => names.map((name) => row[name] ?? null)));
}

/**
 * Such a parameter in a FROM clause: the fastest way into each of the databases, and free of their
 * limits on the number of parameters. An object in a row becomes its text.
 */
export function jsonRows(flavor: Flavor, parameter: string, alias: string, columns: Columns) {
  const fields = Object.entries(columns).map(([name, type], index) => {
    const field = `value ->> ${index}`;
    return flavor === "sqlite"
      ? `${field} AS ${name}`
      : `(${field})::${sqlType(flavor, type)} AS ${name}`;
  });
  const list =
    flavor === "sqlite"
      ? `json_each(${parameter})`
      : `json_array_elements(${parameter}::text::json) AS list (value)`;
  return `(SELECT ${fields.join(", ")} FROM ${list}) AS ${alias}`;
}

/** The name of a column's type. Integers have 64 bits in both. */
export function sqlType(flavor: Flavor, type: ColumnType): string {
  if (type === "text") return "TEXT";
  return flavor === "sqlite" ? "INTEGER" : "BIGINT";
}

/** The rows as one statement. */
export function asOneStatement(
  flavor: Flavor,
  { insert, conflict, columns, rows }: RowsStatement,
): Statement {
  const names = Object.keys(columns).join(", ");
  const given = jsonRows(flavor, "$1", "given", columns);
  // Without a WHERE, SQLite takes ON CONFLICT for the condition of a join.
  const sql = `${insert} SELECT ${names} FROM ${given} WHERE true ${conflict}`;
  return { sql, params: [encodeRows(columns, rows)] };
}

/**
 * The rows as a statement that runs once for each of them: the fastest way where a statement costs
 * no round trip.
 */
export function asPreparedStatement({ insert, conflict, columns, rows }: RowsStatement): {
  sql: string;
  params: SqlValue[][];
} {
  const names = Object.keys(columns);
  const places = names.map((_, index) => `$${index + 1}`).join(", ");
  return {
    sql: `${insert} VALUES (${places}) ${conflict}`,
    params: rows.map((row) => names.map((name) => asValue(row[name]))),
  };
}

function asValue(value: unknown): SqlValue {
  if (typeof value === "string" || typeof value === "number") return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
