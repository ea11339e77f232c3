/**
 * The parts of prom-client that are used here. Its index also loads Node's http, cluster and v8,
 * and OpenTelemetry's API, for what this server does not use: a quarter of the time to start.
 */
declare module "prom-client/lib/counter.js" {
  export { Counter as default } from "prom-client";
}
declare module "prom-client/lib/gauge.js" {
  export { Gauge as default } from "prom-client";
}
declare module "prom-client/lib/histogram.js" {
  export { Histogram as default } from "prom-client";
}
declare module "prom-client/lib/registry.js" {
  export { Registry as default } from "prom-client";
}
