import { get } from "../shared/api.ts";
import type { AttemptRow } from "../shared/attempts.tsx";

/** The groups that a reader may choose. */
export const GROUPS = ["model", "provider", "subject", "tenant", "dialect"] as const;
export type Group = (typeof GROUPS)[number];

export const METRICS = ["cost_usd", "calls", "tokens", "errors"] as const;
export type Metric = (typeof METRICS)[number];

export const METRIC_NAMES: Readonly<Record<Metric, string>> = {
  cost_usd: "Cost",
  calls: "Calls",
  tokens: "Tokens",
  errors: "Errors",
};

export interface Sums {
  readonly calls: number;
  readonly streams: number;
  readonly errors: number;
  readonly rescued_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_input_tokens: number;
  readonly cost_usd: number;
  readonly unpriced_calls: number;
}

export interface UsageRow extends Sums {
  readonly day?: string;
  readonly hour?: string;
  readonly outcome?: string;
  readonly error_type?: string | null;
  readonly model?: string;
  readonly provider?: string;
  readonly subject?: string;
  readonly tenant?: string;
  readonly dialect?: string;
}

interface UsageAnswer {
  readonly view: string;
  readonly data: readonly UsageRow[];
  readonly totals: Sums;
  readonly next_page: string | null;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface LatencyRow {
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly total_ms: Percentiles;
  readonly first_content_ms: Percentiles | null;
}

export interface CallRow {
  readonly request_id: string;
  readonly ended_at: string;
  readonly subject: string;
  readonly tenant: string;
  readonly provider: string;
  readonly model: string;
  readonly dialect: string;
  readonly stream: boolean;
  readonly outcome: string;
  readonly error_type: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_usd: number | null;
  readonly attempts: readonly AttemptRow[];
  readonly first_content_ms: number | null;
  readonly duration_ms: number;
}

export interface LimitRow {
  readonly per: string;
  readonly kind: string;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly window: string | null;
}

export interface Range {
  readonly from: string;
  readonly to: string;
}

/** What is known without a ledger. */
export interface Standing {
  readonly limits: readonly LimitRow[];
  readonly state: ServerState;
}

export interface Report extends Standing {
  readonly view: string;
  readonly grain: "hour" | "day";
  readonly rows: readonly UsageRow[];
  /** Whether the range has more groups than were read. */
  readonly isCut: boolean;
  readonly totals: Sums;
  readonly outcomes: readonly UsageRow[];
  readonly latency: readonly LatencyRow[];
  readonly isSampled: boolean;
}

export interface ServerState {
  readonly version: string;
  readonly runtime: string;
  readonly ledger: "ok" | "failing" | "none";
  readonly isStoreDown: boolean;
  /** `provider/model` of each. */
  readonly openTargets: readonly string[];
}

interface Health {
  readonly status: string;
  readonly version: string;
  readonly runtime: string;
  readonly ledger?: "ok" | "failing";
}

interface ProviderList {
  readonly providers: readonly {
    readonly name: string;
    readonly open_breakers: readonly string[];
  }[];
}

async function loadState(token: string, signal: AbortSignal): Promise<ServerState> {
  const [{ status, version, runtime, ledger }, { providers }] = await Promise.all([
    get<Health>(token, "/health", signal),
    get<ProviderList>(token, "/providers", signal),
  ]);
  return {
    version,
    runtime,
    ledger: ledger ?? "none",
    isStoreDown: status === "degraded",
    openTargets: providers.flatMap(({ name, open_breakers }) =>
      open_breakers.map((model) => `${name}/${model}`),
    ),
  };
}

export async function loadStanding(token: string, signal: AbortSignal): Promise<Standing> {
  const [{ limits }, state] = await Promise.all([
    // A server without limits has none to show.
    get<{ limits: LimitRow[] }>(token, "/limits", signal).catch(() => ({ limits: [] })),
    loadState(token, signal),
  ]);
  return { limits, state };
}

const MAX_PAGES = 4;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function usagePath(path: string, range: Range, more: Record<string, string> = {}): string {
  return `${path}?${new URLSearchParams({ ...range, time_zone: ZONE, ...more })}`;
}

/** Everything that the page shows but the single calls. */
export async function loadReport(
  token: string,
  range: Range,
  group: Group,
  signal: AbortSignal,
): Promise<Report> {
  const grain = range.from === range.to ? "hour" : "day";
  const [first, outcomes, latency, standing] = await Promise.all([
    get<UsageAnswer>(
      token,
      usagePath("/usage", range, { group_by: `${grain},${group}`, limit: "5000" }),
      signal,
    ),
    get<UsageAnswer>(token, usagePath("/usage", range, { group_by: "outcome" }), signal),
    get<{ data: LatencyRow[]; sampled: boolean }>(
      token,
      usagePath("/usage/latency", range, { group_by: "provider,model" }),
      signal,
    ),
    loadStanding(token, signal),
  ]);
  const rows = [...first.data];
  let page = first.next_page;
  for (let pages = 1; page !== null && pages < MAX_PAGES; pages += 1) {
    const path = usagePath("/usage", range, {
      group_by: `${grain},${group}`,
      limit: "5000",
      page,
    });
    const next = await get<UsageAnswer>(token, path, signal);
    rows.push(...next.data);
    page = next.next_page;
  }
  return {
    view: first.view,
    grain,
    rows,
    isCut: page !== null,
    totals: first.totals,
    outcomes: outcomes.data,
    latency: latency.data,
    isSampled: latency.sampled,
    ...standing,
  };
}

export function figureOf(sums: Sums, metric: Metric): number {
  return metric === "tokens" ? sums.input_tokens + sums.output_tokens : sums[metric];
}
