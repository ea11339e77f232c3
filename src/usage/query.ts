import type { Dimension } from "../ledger/columns.ts";
import type { SqlValue } from "../ledger/database.ts";

/** Whose calls a reader may see: each condition holds for all of them. */
export type Scope = Readonly<Partial<Record<"issuer" | "tenant" | "subject", string>>>;

/** The days, both included, and what else the caller asked for. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

export type Filters = Readonly<Partial<Record<Dimension, string>>>;

/** Builds a WHERE clause: its texts are ours, its values are parameters. */
export function buildConditions(
  prefix: string,
  params: SqlValue[],
  ...conditions: readonly Filters[]
): string[] {
  return conditions.flatMap((filters) =>
    Object.entries(filters).map(([name, value]) => {
      params.push(value);
      return `${prefix}${name} = $${params.length}`;
    }),
  );
}
