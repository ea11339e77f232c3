import type { Series } from "../shared/chart.tsx";
import { nameOf } from "../shared/format.ts";
import {
  figureOf,
  type Group,
  type Metric,
  type Report,
  type Sums,
  type UsageRow,
} from "./usage.ts";

/** Lines of a chart; what is beyond them is one more line. */
const MAX_SERIES = 6;

export interface GroupTotal extends Sums {
  readonly name: string;
}

/** The groups of the whole range, the greatest first. */
export function foldGroups(rows: readonly UsageRow[], group: Group, metric: Metric): GroupTotal[] {
  const totals = new Map<string, GroupTotal>();
  for (const row of rows) {
    const name = nameOf(row[group] ?? "");
    totals.set(name, addSums(name, totals.get(name), row));
  }
  return [...totals.values()].sort(
    (one, other) => figureOf(other, metric) - figureOf(one, metric) || other.calls - one.calls,
  );
}

function addSums(name: string, one: GroupTotal | undefined, other: Sums): GroupTotal {
  return {
    name,
    calls: (one?.calls ?? 0) + other.calls,
    streams: (one?.streams ?? 0) + other.streams,
    errors: (one?.errors ?? 0) + other.errors,
    rescued_calls: (one?.rescued_calls ?? 0) + other.rescued_calls,
    input_tokens: (one?.input_tokens ?? 0) + other.input_tokens,
    output_tokens: (one?.output_tokens ?? 0) + other.output_tokens,
    cached_input_tokens: (one?.cached_input_tokens ?? 0) + other.cached_input_tokens,
    cost_usd: (one?.cost_usd ?? 0) + other.cost_usd,
    unpriced_calls: (one?.unpriced_calls ?? 0) + other.unpriced_calls,
  };
}

export interface Timeline {
  readonly labels: readonly string[];
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

/** The greatest groups over time; a period without calls is 0, not missing. */
export function foldTimeline(
  { rows, grain }: Pick<Report, "rows" | "grain">,
  range: { from: string; to: string },
  group: Group,
  metric: Metric,
  groups: readonly GroupTotal[],
): Timeline {
  const labels = grain === "day" ? listDays(range) : [...new Set(rows.map(labelOf))].sort();
  const names = groups.slice(0, MAX_SERIES).map(({ name }) => name);
  const hasRest = groups.length > names.length;
  const values = new Map<string, number[]>();
  for (const name of hasRest ? [...names, "others"] : names)
    values.set(name, new Array<number>(labels.length).fill(0));
  const places = new Map(labels.map((label, index) => [label, index]));
  for (const row of rows) {
    const list = values.get(nameOf(row[group] ?? "")) ?? values.get("others");
    const place = places.get(labelOf(row));
    if (list && place !== undefined) list[place] = (list[place] ?? 0) + figureOf(row, metric);
  }
  return {
    labels,
    times: labels.map((label) => Date.parse(grain === "day" ? `${label}T12:00` : label) / 1000),
    series: [...values].map(([name, list]) => ({ name, values: list })),
  };
}

const labelOf = (row: UsageRow): string => row.day ?? row.hour ?? "";

function listDays({ from, to }: { from: string; to: string }): string[] {
  const days: string[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to); time += 86_400_000)
    days.push(new Date(time).toISOString().slice(0, 10));
  return days;
}

export interface ErrorGroup {
  readonly type: string;
  readonly calls: number;
}

/** Failed calls by whose fault they are. */
export function foldErrors(outcomes: readonly UsageRow[]): Map<string, ErrorGroup[]> {
  const domains = new Map<string, ErrorGroup[]>(
    ["provider", "caller", "policy", "server"].map((domain) => [domain, []]),
  );
  for (const { error_type: type, errors } of outcomes) {
    if (!type) continue;
    domains.get(type.slice(0, type.indexOf("_")))?.push({ type, calls: errors });
  }
  for (const list of domains.values()) list.sort((one, other) => other.calls - one.calls);
  return domains;
}
