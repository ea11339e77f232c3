import { isErrorCode } from "../errors/error-codes.ts";
import { errorType } from "../errors/error-type.ts";
import { respondJson, respondText } from "../http/respond.ts";
import type { Database } from "../ledger/database.ts";
import { type Cell, CSV, encodeCsv } from "../usage/encode-csv.ts";
import { decodePageToken, encodePageToken } from "../usage/page-token.ts";
import { readCalls, type StoredCall } from "../usage/read-calls.ts";
import { addDays } from "../usage/time-zone.ts";
import { nextPageHeaders } from "./next-page.ts";
import { createLedgerReader, type LedgerQuestion } from "./read-ledger.ts";
import { refuseParams } from "./refuse-params.ts";
import type { Server } from "./server.ts";

/** `GET /usage/calls`: single calls, the newest first. */
export function createListCalls(server: Server) {
  return createLedgerReader(server, listCalls);
}

async function listCalls(database: Database, asked: LedgerQuestion): Promise<Response> {
  const { params, view, requestId, url } = asked;
  const { from, to, zone, filters, format, limit, page } = params;
  refuseParams(url, format === "focus" ? ["group_by", "format"] : ["group_by"]);
  const { scope } = view;
  const question = ["calls", from, to, zone.name, scope, filters];
  const [before] = page === undefined ? [] : await decodePageToken(question, page, 1);
  const found = await readCalls(database, {
    start: zone.startOf(from),
    end: zone.startOf(addDays(to, 1)),
    scope,
    filters,
    limit: limit + 1,
    before,
  });
  const stored = found.slice(0, limit);
  const last = stored.at(-1);
  const nextPage = found.length > limit && last ? await encodePageToken(question, [last.id]) : null;
  const headers = nextPageHeaders(url, nextPage);
  const calls = stored.map(describeCall);
  if (format === "csv") {
    const rows = calls.map((call) => COLUMNS.map((name) => toCell(call[name])));
    return respondText(encodeCsv(COLUMNS, rows), CSV, requestId, headers);
  }
  const body = {
    from,
    to,
    time_zone: zone.name,
    view: view.name,
    data: calls,
    next_page: nextPage,
  };
  return respondJson(body, requestId, 200, headers);
}

const COLUMNS = [
  "request_id",
  "started_at",
  "ended_at",
  "issuer",
  "tenant",
  "subject",
  "provider",
  "model",
  "dialect",
  "kind",
  "stream",
  "outcome",
  "error_type",
  "finish_reason",
  "usage_source",
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
  "cost_usd",
  "input_cost_usd",
  "output_cost_usd",
  "price",
  "attempts",
  "first_content_ms",
  "duration_ms",
] as const;

function describeCall(call: StoredCall): Record<(typeof COLUMNS)[number], unknown> {
  const { outcome, details } = call;
  const { input_cost_nanos: input, output_cost_nanos: output } = details;
  return {
    request_id: details.request_id,
    started_at: new Date(details.started_at).toISOString(),
    ended_at: new Date(details.ended_at).toISOString(),
    issuer: call.issuer,
    tenant: call.tenant,
    subject: call.subject,
    provider: call.provider,
    model: call.model,
    dialect: call.dialect,
    kind: call.kind,
    stream: details.stream,
    outcome,
    error_type: isErrorCode(outcome) ? errorType(outcome) : null,
    finish_reason: details.finish_reason,
    usage_source: details.usage_source,
    input_tokens: details.input_tokens,
    output_tokens: details.output_tokens,
    cached_input_tokens: details.cached_input_tokens,
    cache_write_input_tokens: details.cache_write_input_tokens,
    reasoning_tokens: details.reasoning_tokens,
    cost_usd: input === null || output === null ? null : (input + output) / 1e9,
    input_cost_usd: input === null ? null : input / 1e9,
    output_cost_usd: output === null ? null : output / 1e9,
    price: details.price,
    attempts: details.attempts,
    first_content_ms: call.first_content_ms,
    duration_ms: call.duration_ms,
  };
}

function toCell(value: unknown): Cell {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
