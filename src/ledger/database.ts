/** What the two kinds of SQL that the ledger speaks differ in. */
export type Flavor = "sqlite" | "postgres";

export type SqlValue = string | number | null;

export type ColumnType = "text" | "integer";
export type Columns = Readonly<Record<string, ColumnType>>;

/** Parameters are `$1`, `$2`, …; the SQL never holds a value that came from outside. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** Many rows for one table. */
export interface RowsStatement {
  /** `INSERT INTO table (columns)`. */
  readonly insert: string;
  /** What follows the values: `ON CONFLICT …`, or nothing. */
  readonly conflict: string;
  readonly columns: Columns;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Postgres gives 64-bit integers as text, SQLite as numbers: readers turn both into numbers. */
export type Row = Readonly<Record<string, unknown>>;

/** A database, as a runtime hands it to the ledger. */
export interface Database {
  readonly flavor: Flavor;
  query(statement: Statement): Promise<readonly Row[]>;
  /** All of the statements, or none. Rejects with the database's own error. */
  transact(statements: readonly (Statement | RowsStatement)[]): Promise<void>;
  close(): Promise<void>;
}
