import type { Database } from "./database.ts";
import type { LedgerSource } from "./source.ts";

/** The ledger's one connection, which may not be there yet, or may be gone for a while. */
export interface Connection {
  /** The database; rejects if it cannot be opened now. The next call tries again. */
  get(): Promise<Database>;
  close(): Promise<void>;
}

export function createConnection({ open }: Pick<LedgerSource, "open">): Connection {
  let opening: Promise<Database> | undefined;
  return {
    get() {
      opening ??= open().catch((thrown: unknown) => {
        opening = undefined;
        throw thrown;
      });
      return opening;
    },
    async close() {
      await opening?.then(
        (database) => database.close(),
        () => {},
      );
    },
  };
}
