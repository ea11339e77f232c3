import { createWorker } from "./create-worker.ts";

export { LedgerDurableObject } from "./ledger-object.ts";
export { StoreDurableObject } from "./store-object.ts";

export default createWorker();
