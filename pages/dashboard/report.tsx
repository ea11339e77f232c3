import {
  formatCount,
  formatCounted,
  formatDollars,
  formatDuration,
  formatShare,
  formatShort,
} from "../shared/format.ts";
import { formatCost } from "./cost.ts";
import { foldErrors } from "./fold.ts";
import { Scroll } from "./scroll.tsx";
import type { LimitRow, Report } from "./usage.ts";

export function Tiles({ report: { totals, latency } }: { readonly report: Report }) {
  const slowest = latency.reduce((most, { total_ms }) => Math.max(most, total_ms.p95), 0);
  const tiles = [
    ["Cost", formatCost(totals), unpriced(totals.unpriced_calls)],
    ["Calls", formatCount(totals.calls), formatCounted(totals.streams, "stream")],
    [
      "Tokens",
      formatShort(totals.input_tokens + totals.output_tokens),
      `${formatShort(totals.input_tokens)} in (${formatShare(totals.cached_input_tokens, totals.input_tokens)} cached), ${formatShort(totals.output_tokens)} out`,
    ],
    ["Errors", formatShare(totals.errors, totals.calls), formatCounted(totals.errors, "call")],
    ["Rescued", formatCount(totals.rescued_calls), "by a retry or a fallback"],
    ["Slowest p95", slowest === 0 ? "–" : formatDuration(slowest), "of all models"],
  ] as const;
  return (
    <dl class="tiles">
      {tiles.map(([name, value, note]) => (
        <div key={name} class="card">
          <dt>{name}</dt>
          <dd class="figure">{value}</dd>
          <dd class="soft">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function unpriced(calls: number): string {
  if (calls === 0) return "by list prices";
  return `${formatCounted(calls, "call")} ${calls === 1 ? "has" : "have"} no known price`;
}

const DOMAIN_NAMES: Readonly<Record<string, string>> = {
  provider: "The provider's",
  caller: "The caller's",
  policy: "A limit's or a permission's",
  server: "This server's",
};

export function ErrorsCard({ report: { outcomes, totals } }: { readonly report: Report }) {
  const domains = [...foldErrors(outcomes)].filter(([, types]) => types.length > 0);
  return (
    <section class="card" aria-label="Errors by fault">
      <h2>Errors by fault</h2>
      {domains.length === 0 ? (
        <p class="empty">No call failed.</p>
      ) : (
        <Scroll label="Errors by fault">
          <table>
            <thead>
              <tr>
                <th scope="col">Whose fault</th>
                <th scope="col">What</th>
                <th scope="col" class="number">
                  Calls
                </th>
                <th scope="col" class="number">
                  Of all
                </th>
              </tr>
            </thead>
            <tbody>
              {domains.flatMap(([domain, types]) =>
                types.map(({ type, calls }, index) => (
                  <tr key={type}>
                    {index === 0 && (
                      <th scope="rowgroup" rowSpan={types.length}>
                        {DOMAIN_NAMES[domain]}
                      </th>
                    )}
                    <td>
                      <code>{type}</code>
                    </td>
                    <td class="number">{formatCount(calls)}</td>
                    <td class="number">{formatShare(calls, totals.calls)}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}

export function LatencyCard({ report: { latency, isSampled } }: { readonly report: Report }) {
  return (
    <section class="card" aria-label="How long answers take">
      <h2>How long answers take</h2>
      {latency.length === 0 ? (
        <p class="empty">No call was answered.</p>
      ) : (
        <Scroll label="How long answers take">
          <table>
            <thead>
              <tr>
                <th scope="col">Model</th>
                <th scope="col" class="number">
                  First content: p50 / p95 / p99
                </th>
                <th scope="col" class="number">
                  Whole: p50 / p95 / p99
                </th>
              </tr>
            </thead>
            <tbody>
              {latency.map(({ provider, model, first_content_ms: first, total_ms: total }) => (
                <tr key={`${provider}/${model}`}>
                  <th scope="row">
                    {provider}/{model}
                  </th>
                  <td class="number">
                    {first === null
                      ? "–"
                      : [first.p50, first.p95, first.p99].map(formatDuration).join(" / ")}
                  </td>
                  <td class="number">
                    {[total.p50, total.p95, total.p99].map(formatDuration).join(" / ")}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {isSampled && <p class="soft">Of the newest 10,000 calls of the range.</p>}
    </section>
  );
}

/** From this share on a limit is worth a look. */
const NEARLY = 0.8;

export function LimitsCard({ limits }: { readonly limits: readonly LimitRow[] }) {
  if (limits.length === 0) return null;
  return (
    <section class="card" aria-label="Limits of this token">
      <h2>Limits of this token</h2>
      <Scroll label="Limits of this token">
        <table>
          <thead>
            <tr>
              <th scope="col">Limit</th>
              <th scope="col" class="number">
                Used
              </th>
              <th scope="col" class="number">
                Of
              </th>
              <th scope="col">To scale</th>
            </tr>
          </thead>
          <tbody>
            {limits.map((one) => {
              const used = one.used + one.reserved;
              const name = `${one.kind} per ${one.per}${one.window === null ? "" : ` in ${one.window}`}`;
              return (
                <tr key={name}>
                  <th scope="row">
                    {name}
                    {used >= one.limit * NEARLY && <strong> nearly used up</strong>}
                  </th>
                  <td class="number">
                    {one.kind === "usd" ? formatDollars(used) : formatCount(used)}
                  </td>
                  <td class="number">
                    {one.kind === "usd" ? formatDollars(one.limit) : formatCount(one.limit)}
                  </td>
                  <td>
                    <meter
                      min={0}
                      max={one.limit}
                      high={one.limit * NEARLY}
                      optimum={0}
                      value={used}
                      aria-label={name}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
