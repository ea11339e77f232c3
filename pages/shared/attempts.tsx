import type { ComponentChildren } from "preact";
import { formatDuration } from "./format.ts";

export interface AttemptRow {
  readonly provider: string;
  readonly model: string;
  readonly outcome: string;
  readonly duration_ms: number;
}

interface AttemptsProps {
  readonly attempts: readonly AttemptRow[];
  /** Whether the answer came to its end. */
  readonly isComplete: boolean;
  /** What stands in place of the list's items if there are none. */
  readonly children?: ComponentChildren;
}

/** What was tried for one call. The outcome `ok` means that content began, which may fail later. */
export function Attempts({ attempts, isComplete, children }: AttemptsProps) {
  return (
    <ol class="attempts">
      {attempts.map(({ provider, model, outcome, duration_ms: duration }, index) => (
        <li key={`${index} ${model}`}>
          {provider}/{model}: <code>{outcome === "ok" && !isComplete ? "began" : outcome}</code>,{" "}
          {formatDuration(duration)}
        </li>
      ))}
      {attempts.length === 0 && children}
    </ol>
  );
}
