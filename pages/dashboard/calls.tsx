import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../shared/api.ts";
import { Attempts } from "../shared/attempts.tsx";
import { formatCount, formatDollars, formatDuration, formatTime } from "../shared/format.ts";
import { Scroll } from "./scroll.tsx";
import { type CallRow, type Range, usagePath } from "./usage.ts";

const PAGE_ROWS = 25;

interface CallsProps {
  readonly token: string;
  readonly range: Range;
}

/** The calls themselves, the newest first, each with its attempts. */
export function Calls({ token, range }: CallsProps) {
  const [calls, setCalls] = useState<readonly CallRow[]>([]);
  const [page, setPage] = useState<string | null>("");
  const [open, setOpen] = useState<string>();
  const [failure, setFailure] = useState<string>();

  async function loadMore(): Promise<void> {
    setFailure(undefined);
    try {
      const path = usagePath("/usage/calls", range, {
        limit: String(PAGE_ROWS),
        ...(page ? { page } : {}),
      });
      const next = await get<{ data: CallRow[]; next_page: string | null }>(token, path);
      setCalls([...calls, ...next.data]);
      setPage(next.next_page);
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : "The calls cannot be shown.");
    }
  }

  useEffect(() => void loadMore(), []);

  return (
    <section class="card" aria-label="Recent calls">
      <h2>Recent calls</h2>
      {failure !== undefined && (
        <p class="error" role="alert">
          {failure}
        </p>
      )}
      {calls.length === 0 && page === null && <p class="empty">None in this range.</p>}
      {calls.length > 0 && (
        <Scroll label="Recent calls">
          <table>
            <thead>
              <tr>
                <th scope="col">Ended</th>
                <th scope="col">Subject</th>
                <th scope="col">Target</th>
                <th scope="col">Outcome</th>
                <th scope="col" class="number">
                  Tokens
                </th>
                <th scope="col" class="number">
                  Cost
                </th>
                <th scope="col" class="number">
                  First content
                </th>
                <th scope="col" class="number">
                  Whole
                </th>
                <th scope="col">Attempts</th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call) => (
                <Fragment key={call.request_id}>
                  <CallLine
                    call={call}
                    isOpen={open === call.request_id}
                    onToggle={() => setOpen(open === call.request_id ? undefined : call.request_id)}
                  />
                  {open === call.request_id && <CallDetails call={call} />}
                </Fragment>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {page !== null && calls.length > 0 && (
        <button type="button" onClick={() => void loadMore()}>
          Older calls
        </button>
      )}
    </section>
  );
}

interface CallLineProps {
  readonly call: CallRow;
  readonly isOpen: boolean;
  onToggle(): void;
}

function CallLine({ call, isOpen, onToggle }: CallLineProps) {
  return (
    <tr>
      <th scope="row">{formatTime(call.ended_at)}</th>
      <td>{call.tenant === "" ? call.subject : `${call.tenant} / ${call.subject}`}</td>
      <td>
        {call.provider}/{call.model}
      </td>
      <td>
        {call.outcome === "ok" ? "ok" : <code class="bad">{call.error_type ?? call.outcome}</code>}
      </td>
      <td class="number">
        {call.input_tokens === null
          ? "–"
          : `${formatCount(call.input_tokens)} → ${formatCount(call.output_tokens ?? 0)}`}
      </td>
      <td class="number">{call.cost_usd === null ? "–" : formatDollars(call.cost_usd)}</td>
      <td class="number">
        {call.first_content_ms === null ? "–" : formatDuration(call.first_content_ms)}
      </td>
      <td class="number">{formatDuration(call.duration_ms)}</td>
      <td>
        <button type="button" class="quiet" aria-expanded={isOpen} onClick={onToggle}>
          {call.attempts.length} {isOpen ? "▴" : "▾"}
          <span class="hidden"> attempts of the call of {formatTime(call.ended_at)}</span>
        </button>
      </td>
    </tr>
  );
}

function CallDetails({ call }: { readonly call: CallRow }) {
  return (
    <tr>
      <td colSpan={9}>
        <Attempts attempts={call.attempts} isComplete={call.outcome === "ok"}>
          <li>None was made.</li>
        </Attempts>
        <p class="soft">
          {call.dialect}, {call.stream ? "streamed" : "whole"}, <code>{call.outcome}</code>, request{" "}
          <code>{call.request_id}</code>
        </p>
      </td>
    </tr>
  );
}
