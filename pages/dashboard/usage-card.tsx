import { useMemo } from "preact/hooks";
import { Chart } from "../shared/chart.tsx";
import { formatCount, formatDollars, formatShort } from "../shared/format.ts";
import { formatCost, isCostUnknown } from "./cost.ts";
import { foldGroups, foldTimeline, type GroupTotal, type Timeline } from "./fold.ts";
import { Scroll } from "./scroll.tsx";
import {
  figureOf,
  type Group,
  METRIC_NAMES,
  type Metric,
  type Range,
  type Report,
} from "./usage.ts";

const formatOf = (metric: Metric) => (metric === "cost_usd" ? formatDollars : formatShort);

interface UsageCardProps {
  readonly report: Report;
  readonly range: Range;
  readonly group: Group;
  readonly metric: Metric;
}

export function UsageCard({ report, range, group, metric }: UsageCardProps) {
  const groups = useMemo(() => foldGroups(report.rows, group, metric), [report, group, metric]);
  const timeline = useMemo(
    () => foldTimeline(report, range, group, metric, groups),
    [report, range, group, metric, groups],
  );
  const title = `${METRIC_NAMES[metric]} by ${group}`;
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {groups.length === 0 ? (
        <p class="empty">
          No calls in this range. The <a href="/playground">playground</a> makes one.
        </p>
      ) : (
        <>
          {metric === "cost_usd" && isCostUnknown(report.totals) ? (
            <p class="soft">
              No price of these models is known; <code>MODEL_CATALOG</code> adds prices.
            </p>
          ) : (
            <OverTime
              title={title}
              timeline={timeline}
              grain={report.grain}
              metric={metric}
              groups={groups}
            />
          )}
          <GroupTable title={title} group={group} metric={metric} groups={groups} />
        </>
      )}
    </section>
  );
}

interface OverTimeProps {
  readonly title: string;
  readonly timeline: Timeline;
  readonly grain: Report["grain"];
  readonly metric: Metric;
  readonly groups: readonly GroupTotal[];
}

function OverTime({ title, timeline, grain, metric, groups }: OverTimeProps) {
  const format = formatOf(metric);
  const unknown = new Set(
    metric === "cost_usd" ? groups.filter(isCostUnknown).map(({ name }) => name) : [],
  );
  return (
    <>
      <Chart
        label={`${title} over time; the tables below have the figures.`}
        times={timeline.times}
        series={timeline.series}
        format={format}
      />
      <details>
        <summary>Figures over time</summary>
        <Scroll label={`${title} over time`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{grain}</th>
                {timeline.series.map(({ name }) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {timeline.labels.map((label, index) => (
                <tr key={label}>
                  <th scope="row">{label.replace("T", " ")}</th>
                  {timeline.series.map(({ name, values }) => (
                    <td key={name} class="number">
                      {unknown.has(name) ? "–" : format(values[index] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </>
  );
}

interface GroupTableProps {
  readonly title: string;
  readonly group: Group;
  readonly metric: Metric;
  readonly groups: readonly GroupTotal[];
}

function GroupTable({ title, group, metric, groups }: GroupTableProps) {
  const format = formatOf(metric);
  const most = groups[0] ? figureOf(groups[0], metric) : 0;
  return (
    <Scroll label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{group}</th>
            <th scope="col" class="number">
              Cost
            </th>
            <th scope="col" class="number">
              Calls
            </th>
            <th scope="col" class="number">
              Errors
            </th>
            <th scope="col" class="number">
              Tokens in
            </th>
            <th scope="col" class="number">
              Tokens out
            </th>
            <th scope="col">{METRIC_NAMES[metric]}, to scale</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((one) => (
            <tr key={one.name}>
              <th scope="row">{one.name}</th>
              <td class="number">{formatCost(one)}</td>
              <td class="number">{formatCount(one.calls)}</td>
              <td class="number">{formatCount(one.errors)}</td>
              <td class="number">{formatCount(one.input_tokens)}</td>
              <td class="number">{formatCount(one.output_tokens)}</td>
              <td>
                {metric === "cost_usd" && isCostUnknown(one) ? (
                  "–"
                ) : (
                  <meter
                    min={0}
                    max={most || 1}
                    value={figureOf(one, metric)}
                    aria-label={`${METRIC_NAMES[metric]} of ${one.name}`}
                  >
                    {format(figureOf(one, metric))}
                  </meter>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
