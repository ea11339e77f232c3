import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../shared/api.ts";
import { Calls } from "./calls.tsx";
import { daysAgo, Filters, type Selection } from "./filters.tsx";
import { ErrorsCard, LatencyCard, LimitsCard, Tiles } from "./report.tsx";
import { StateCard } from "./state.tsx";
import { loadReport, loadStanding, type Report, type Standing } from "./usage.ts";
import { UsageCard } from "./usage-card.tsx";

interface DashboardProps {
  readonly token: string;
  signOut(reason?: string): void;
}

/** Who used what, what it cost, what broke and whose fault that was. */
export function Dashboard({ token, signOut }: DashboardProps) {
  const [selection, setSelection] = useState<Selection>({
    range: { from: daysAgo(6), to: daysAgo(0) },
    group: "model",
    metric: "cost_usd",
  });
  const [report, setReport] = useState<Report>();
  /** What is shown if the server keeps no ledger. */
  const [standing, setStanding] = useState<Standing>();
  const [failure, setFailure] = useState<string>();
  const [tries, setTries] = useState(0);
  const { range, group, metric } = selection;

  useEffect(() => {
    const controller = new AbortController();
    setFailure(undefined);
    const fail = (thrown: unknown): void => {
      if (controller.signal.aborted) return;
      if (thrown instanceof ApiError && thrown.status === 401) signOut(thrown.message);
      else setFailure(thrown instanceof Error ? thrown.message : "The figures cannot be shown.");
    };
    loadReport(token, range, group, controller.signal)
      .then(setReport, async (thrown: unknown) => {
        if (!(thrown instanceof ApiError && thrown.status === 404)) throw thrown;
        setStanding(await loadStanding(token, controller.signal));
      })
      .catch(fail);
    return () => controller.abort();
  }, [token, range, group, tries]);

  if (standing !== undefined)
    return (
      <>
        <h1>Dashboard</h1>
        <p class="card">
          This server keeps no ledger, so there are no figures of calls. To keep one, set{" "}
          <code>LEDGER_FILE</code> to a file or <code>DATABASE_URL</code>, or on Workers bind{" "}
          <code>LEDGER</code>.
        </p>
        <StateCard state={standing.state} />
        <LimitsCard limits={standing.limits} />
      </>
    );
  return (
    <>
      <h1>Dashboard</h1>
      <Filters
        selection={selection}
        onChange={(next) => {
          if (next.group !== group || next.range !== range) setReport(undefined);
          setSelection(next);
        }}
      />
      {failure !== undefined ? (
        <div class="card error" role="alert">
          <p>{failure}</p>
          <button type="button" onClick={() => setTries(tries + 1)}>
            Try again
          </button>
        </div>
      ) : report === undefined ? (
        <p class="card soft" aria-busy="true">
          Loading…
        </p>
      ) : (
        <>
          <p class="soft">{describeView(report)}</p>
          <Tiles report={report} />
          <UsageCard report={report} range={range} group={group} metric={metric} />
          <div class="columns">
            <ErrorsCard report={report} />
            <LatencyCard report={report} />
          </div>
          <StateCard state={report.state} />
          <LimitsCard limits={report.limits} />
          <Calls key={`${range.from} ${range.to} ${tries}`} token={token} range={range} />
        </>
      )}
    </>
  );
}

function describeView({ view, state, isCut }: Report): string {
  const whose =
    view === "all" ? "All calls" : view === "tenant" ? "Your tenant's calls" : "Your own calls";
  const sentences = [`${whose}.`];
  if (state.ledger === "failing")
    sentences.push("The ledger is failing: newer calls are missing here until it is back.");
  if (isCut) sentences.push("There are more groups than are shown; choose a shorter range.");
  return sentences.join(" ");
}
