import { Attempts } from "../shared/attempts.tsx";
import { formatCount, formatDollars, formatDuration } from "../shared/format.ts";
import type { Answer } from "./answer.ts";

const STATES: Readonly<Record<Answer["state"], string>> = {
  running: "Running…",
  done: "Complete",
  stopped: "Stopped by you",
  failed: "Failed",
};

/** The last answer, and everything that the server says of it. */
export function AnswerDetails({ answer }: { readonly answer: Answer }) {
  const { ending } = answer;
  return (
    <section aria-label="Answer">
      <h3>Answer</h3>
      <p role="status" class="soft">
        {STATES[answer.state]}
      </p>
      {answer.error !== null && (
        <p class="error" role="alert">
          {answer.error}
        </p>
      )}
      {answer.reasoning !== "" && (
        <details open>
          <summary>Reasoning</summary>
          <p class="prose soft">{answer.reasoning}</p>
        </details>
      )}
      {answer.text !== "" && <p class="prose">{answer.text}</p>}
      {answer.toolCalls.map(({ name, arguments: json }, index) => (
        <pre key={`${index} ${name}`} class="code">
          {name}({json})
        </pre>
      ))}
      <dl class="facts">
        <Fact name="Served by" value={answer.target || "–"} />
        <Fact
          name="First content"
          value={answer.firstContentMs === null ? "–" : formatDuration(answer.firstContentMs)}
        />
        <Fact name="Whole" value={answer.totalMs === null ? "–" : formatDuration(answer.totalMs)} />
        <Fact name="Tokens" value={describeUsage(answer)} />
        <Fact name="Cost" value={ending?.cost ? formatDollars(ending.cost.total) : "–"} />
        {ending?.finish_reason !== undefined && <Fact name="Ended" value={ending.finish_reason} />}
      </dl>
      {ending && ending.warnings.length > 0 && (
        <>
          <h4>Warnings</h4>
          <ul>
            {ending.warnings.map(({ param, message }) => (
              <li key={`${param} ${message}`}>
                <code>{param}</code>: {message}
              </li>
            ))}
          </ul>
        </>
      )}
      {ending && ending.attempts.length > 0 && (
        <>
          <h4>Attempts</h4>
          <Attempts attempts={ending.attempts} isComplete={answer.state === "done"} />
        </>
      )}
      <details>
        <summary>Raw events ({answer.events.length})</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
        <pre class="code tall" tabIndex={0}>
          {answer.events.join("\n")}
        </pre>
      </details>
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function describeUsage({ ending }: Answer): string {
  const usage = ending?.usage;
  if (!usage) return "–";
  const parts = [
    `${formatCount(usage.input_tokens)} in`,
    `${formatCount(usage.output_tokens)} out`,
  ];
  if (usage.cached_input_tokens) parts.push(`${formatCount(usage.cached_input_tokens)} cached`);
  if (usage.reasoning_tokens) parts.push(`${formatCount(usage.reasoning_tokens)} reasoning`);
  return parts.join(", ");
}
