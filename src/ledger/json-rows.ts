import type { Flavor } from "./database.ts";

export type ColumnType = "text" | "integer";
export type Columns = Readonly<Record<string, ColumnType>>;

/**
 * A list of objects in one JSON parameter, as rows for a FROM clause: the fastest way into each of
 * the databases, and free of their limits on the number of parameters.
 */
export function jsonRows(flavor: Flavor, parameter: string, alias: string, columns: Columns) {
  const names = Object.keys(columns);
  switch (flavor) {
    case "sqlite": {
      const fields = names.map((name) => `value ->> '${name}' AS ${name}`).join(", ");
      return `(SELECT ${fields} FROM json_each(${parameter})) AS ${alias}`;
    }
    case "postgres": {
      const fields = names.map((name) => `${name} ${sqlType(flavor, columns[name] ?? "text")}`);
      return `json_to_recordset(${parameter}::text::json) AS ${alias}(${fields.join(", ")})`;
    }
  }
}

/** The name of a column's type. Integers have 64 bits in both. */
export function sqlType(flavor: Flavor, type: ColumnType): string {
  if (type === "text") return "TEXT";
  return flavor === "sqlite" ? "INTEGER" : "BIGINT";
}
