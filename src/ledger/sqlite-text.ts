/** The SQL as SQLite reads it: D1 and Durable Objects know `?1`, not `$1`. */
export function sqliteText(sql: string): string {
  return sql.replace(/\$(\d+)/g, "?$1");
}
