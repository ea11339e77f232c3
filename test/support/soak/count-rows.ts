import { Database } from "bun:sqlite";
import * as z from "zod";

const countSchema = z.object({ calls: z.int() });

/** How many calls are in a ledger's file. */
export function countRows(file: string): number {
  const database = new Database(file, { readonly: true });
  try {
    return countSchema.parse(database.query("SELECT count(*) AS calls FROM ledger_calls").get())
      .calls;
  } finally {
    database.close();
  }
}
