import { isErrorCode } from "../errors/error-codes.ts";
import { errorType } from "../errors/error-type.ts";
import { respondJson, respondText } from "../http/respond.ts";
import type { Database } from "../ledger/database.ts";
import { emptySums } from "../ledger/sum-rows.ts";
import { CSV, encodeCsv } from "../usage/encode-csv.ts";
import { encodeFocus, FOCUS_DIMENSIONS } from "../usage/encode-focus.ts";
import { decodePageToken, encodePageToken } from "../usage/page-token.ts";
import { listPeriods } from "../usage/periods.ts";
import { readUsage, type UsageGroup } from "../usage/read-usage.ts";
import { nextPageHeaders } from "./next-page.ts";
import { createLedgerReader, type LedgerQuestion } from "./read-ledger.ts";
import type { Server } from "./server.ts";

/** `GET /usage`: tokens, calls and cost, summed over the groups that the caller names. */
export function createShowUsage(server: Server) {
  return createLedgerReader(server, showUsage);
}

async function showUsage(database: Database, asked: LedgerQuestion): Promise<Response> {
  const { params, view, requestId, url } = asked;
  const { from, to, zone, filters, format, limit, page } = params;
  const isFocus = format === "focus";
  const grain = isFocus ? "day" : params.grain;
  const dimensions = isFocus ? FOCUS_DIMENSIONS : params.dimensions;
  const { scope } = view;
  const query = { dimensions, scope, filters };
  const question = [from, to, zone.name, grain ?? "", query];
  const after =
    page === undefined ? undefined : await decodePageToken(question, page, dimensions.length + 1);

  const periods = listPeriods(zone, from, to, grain);
  // One more than wanted tells whether there is a next page.
  const found = await readUsage(database, { ...query, periods, limit: limit + 1, after });
  const groups = found.slice(0, limit);
  const last = groups.at(-1);
  const nextPage = found.length > limit && last ? await encodePageToken(question, last.key) : null;
  const headers = nextPageHeaders(url, nextPage);
  if (isFocus) return respondText(encodeFocus(groups, zone), CSV, requestId, headers);

  const keys = [...(grain === undefined ? [] : [grain]), ...dimensions];
  const rows = groups.map((group) => ({
    ...describeKey(keys, keyOf(group, grain)),
    ...describeSums(group.sums),
  }));
  if (format === "csv") {
    const columns = [...keys, ...Object.keys(describeSums(emptySums()))];
    const cells = groups.map((group) => [
      ...keyOf(group, grain),
      ...Object.values(describeSums(group.sums)),
    ]);
    return respondText(encodeCsv(columns, cells), CSV, requestId, headers);
  }
  const whole = listPeriods(zone, from, to, undefined);
  const [total] = await readUsage(database, {
    periods: whole,
    dimensions: [],
    scope,
    filters,
    limit: 1,
    after: undefined,
  });
  return respondJson(
    {
      from,
      to,
      time_zone: zone.name,
      view: view.name,
      group_by: keys,
      data: rows,
      totals: describeSums(total?.sums ?? emptySums()),
      next_page: nextPage,
    },
    requestId,
    200,
    headers,
  );
}

/** The period's label is part of a group's key even if there is only one period. */
function keyOf({ key }: UsageGroup, grain: string | undefined): readonly string[] {
  return grain === undefined ? key.slice(1) : key;
}

/** An outcome says whose fault it was, too. */
function describeKey(names: readonly string[], values: readonly string[]): Record<string, unknown> {
  const key: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index] ?? "";
    key[name] = value;
    if (name === "outcome") key.error_type = isErrorCode(value) ? errorType(value) : null;
  }
  return key;
}

/** Sums as callers see them. Nano-dollars are whole numbers, so a sum of dollars is exact. */
function describeSums(sums: UsageGroup["sums"]) {
  return {
    calls: sums.calls,
    streams: sums.streams,
    errors: sums.errors,
    rescued_calls: sums.rescued_calls,
    input_tokens: sums.input_tokens,
    output_tokens: sums.output_tokens,
    cached_input_tokens: sums.cached_input_tokens,
    cache_write_input_tokens: sums.cache_write_input_tokens,
    reasoning_tokens: sums.reasoning_tokens,
    cost_usd: (sums.input_cost_nanos + sums.output_cost_nanos) / 1e9,
    input_cost_usd: sums.input_cost_nanos / 1e9,
    output_cost_usd: sums.output_cost_nanos / 1e9,
    unpriced_calls: sums.unpriced_calls,
    estimated_calls: sums.estimated_calls,
    duration_ms: sums.duration_ms,
  };
}
