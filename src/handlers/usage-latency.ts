import { respondJson } from "../http/respond.ts";
import type { Database } from "../ledger/database.ts";
import { readLatency } from "../usage/read-latency.ts";
import { addDays } from "../usage/time-zone.ts";
import { createLedgerReader, type LedgerQuestion } from "./read-ledger.ts";
import { refuseParams } from "./refuse-params.ts";
import type { Server } from "./server.ts";

/** `GET /usage/latency`: percentiles of how long successful calls took. */
export function createShowLatency(server: Server) {
  return createLedgerReader(server, showLatency);
}

async function showLatency(database: Database, asked: LedgerQuestion): Promise<Response> {
  const { params, view, requestId, url } = asked;
  const { from, to, zone, filters, dimensions, grain } = params;
  refuseParams(url, ["format", "limit", "page", ...(grain === undefined ? [] : ["group_by"])]);
  const { sampled, groups } = await readLatency(database, {
    start: zone.startOf(from),
    end: zone.startOf(addDays(to, 1)),
    dimensions,
    scope: view.scope,
    filters,
  });
  return respondJson(
    {
      from,
      to,
      time_zone: zone.name,
      view: view.name,
      group_by: dimensions,
      /** Whether only the newest calls of the range were looked at. */
      sampled,
      data: groups.map(({ key, ...figures }) => ({
        ...Object.fromEntries(dimensions.map((name, index) => [name, key[index]])),
        ...figures,
      })),
    },
    requestId,
  );
}
