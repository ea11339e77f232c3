import type { RowsStatement, Statement } from "../../../src/ledger/database.ts";
import { findLedgerObject } from "../../../src/runtimes/ledger-object.ts";

export { LedgerDurableObject } from "../../../src/runtimes/ledger-object.ts";

/** A Worker that passes statements on to the ledger's Durable Object, as the server does. */
export default {
  async fetch(request: Request, env: Record<string, unknown>): Promise<Response> {
    const source = findLedgerObject(env);
    if (!source) return new Response("no binding LEDGER", { status: 500 });
    const database = await source.open();
    try {
      if (new URL(request.url).pathname === "/transact") {
        const statements: (Statement | RowsStatement)[] = await request.json();
        await database.transact(statements);
        return Response.json([]);
      }
      const statement: Statement = await request.json();
      return Response.json(await database.query(statement));
    } catch (thrown) {
      return new Response(String(thrown), { status: 500 });
    }
  },
};
