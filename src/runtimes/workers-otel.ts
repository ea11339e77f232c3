import { createTracer } from "../otel/create-tracer.ts";
import { readOtelEnv } from "../otel/env.ts";
import { createWorker } from "./create-worker.ts";
import { wantsTracer } from "./load-tracer.ts";

export { LedgerDurableObject } from "./ledger-object.ts";
export { StoreDurableObject } from "./store-object.ts";

/** The same Worker with OpenTelemetry: `main` of wrangler.toml, if a collector is to be told. */
export default createWorker((env) => {
  if (!wantsTracer(env)) return undefined;
  const config = readOtelEnv(env);
  return (services) => createTracer(config, services, false);
});
