import { formatCount, formatDollars, formatDuration } from "../shared/format.ts";
import type { Answer } from "./answer.ts";
import type { Message } from "./request.ts";

const STATES: Readonly<Record<Answer["state"], string>> = {
  running: "Running…",
  done: "Complete",
  stopped: "Stopped by you",
  failed: "Failed",
};

interface AnswerCardProps {
  readonly answer: Answer | undefined;
  readonly earlier: readonly Message[];
}

export function AnswerCard({ answer, earlier }: AnswerCardProps) {
  if (answer === undefined)
    return (
      <section class="card" aria-label="Answer">
        <h2>Answer</h2>
        <p class="empty">
          {earlier.length === 0 ? "Nothing has been asked yet." : "Ask the next question."}
        </p>
      </section>
    );
  const { ending } = answer;
  return (
    <section class="card" aria-label="Answer" aria-busy={answer.state === "running"}>
      <h2>Answer</h2>
      <p role="status">{STATES[answer.state]}</p>
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
          <h3>Warnings</h3>
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
          <h3>Attempts</h3>
          <ol class="attempts">
            {ending.attempts.map((attempt, index) => (
              <li key={`${index} ${attempt.model}`}>
                {attempt.provider}/{attempt.model}: <code>{attempt.outcome}</code>,{" "}
                {formatDuration(attempt.duration_ms)}
              </li>
            ))}
          </ol>
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
