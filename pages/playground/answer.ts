import type { AttemptRow } from "../shared/attempts.tsx";

/** What both kinds of answers say of themselves. */
export interface Ending {
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cached_input_tokens: number | null;
    readonly reasoning_tokens: number | null;
  } | null;
  readonly cost: { readonly total: number } | null;
  readonly warnings: readonly { readonly param: string; readonly message: string }[];
  readonly attempts: readonly AttemptRow[];
  readonly finish_reason?: string;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: string;
}

/** An answer so far. */
export interface Answer {
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly target: string;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly error: string | null;
  readonly ending: Ending | null;
  /** Milliseconds since the question was sent. */
  readonly firstContentMs: number | null;
  readonly totalMs: number | null;
  /** One for each event, as it came. */
  readonly events: readonly string[];
}

export const NO_ANSWER: Answer = {
  state: "running",
  target: "",
  text: "",
  reasoning: "",
  toolCalls: [],
  error: null,
  ending: null,
  firstContentMs: null,
  totalMs: null,
  events: [],
};

/** An event of the stream: every field that is read here. */
interface StreamEvent extends Partial<Ending> {
  readonly type: string;
  readonly provider?: string;
  readonly model?: string;
  readonly index?: number;
  readonly kind?: string;
  readonly name?: string;
  readonly delta?: string;
  readonly error?: { readonly message: string };
}

/** Folds the events of a stream into answers. */
export function createAnswerFold(startedAt: number) {
  let answer: Answer = NO_ANSWER;
  const calls = new Map<number, ToolCall>();

  function add(event: StreamEvent): Partial<Answer> {
    const elapsed = performance.now() - startedAt;
    switch (event.type) {
      case "start":
        return { target: `${event.provider}/${event.model}` };
      case "part-start":
        if (event.kind !== "tool_call") return {};
        calls.set(event.index ?? 0, { name: event.name ?? "", arguments: "" });
        return { toolCalls: [...calls.values()] };
      case "part-delta": {
        const delta = event.delta ?? "";
        const firstContentMs = answer.firstContentMs ?? elapsed;
        if (event.kind === "text") return { text: answer.text + delta, firstContentMs };
        if (event.kind === "reasoning")
          return { reasoning: answer.reasoning + delta, firstContentMs };
        const call = calls.get(event.index ?? 0);
        if (call) calls.set(event.index ?? 0, { ...call, arguments: call.arguments + delta });
        return { toolCalls: [...calls.values()], firstContentMs };
      }
      case "done":
        return {
          state: "done",
          target: `${event.provider}/${event.model}`,
          ending: readEnding(event),
          totalMs: elapsed,
        };
      case "error":
      case "cancelled":
        return {
          state: "failed",
          error: event.error?.message ?? "The answer was cut off.",
          ending: readEnding(event),
          totalMs: elapsed,
        };
      default:
        return {};
    }
  }

  return {
    add(data: string): Answer {
      const event: StreamEvent = JSON.parse(data);
      answer = { ...answer, ...add(event), events: [...answer.events, data] };
      return answer;
    },
    end(changes: Partial<Answer>): Answer {
      answer = { ...answer, totalMs: answer.totalMs ?? performance.now() - startedAt, ...changes };
      return answer;
    },
  };
}

function readEnding(event: StreamEvent): Ending {
  return {
    usage: event.usage ?? null,
    cost: event.cost ?? null,
    warnings: event.warnings ?? [],
    attempts: event.attempts ?? [],
    ...(event.finish_reason === undefined ? {} : { finish_reason: event.finish_reason }),
  };
}

/** The body of an answer that was not streamed. */
export interface WholeAnswer extends Ending {
  readonly provider: string;
  readonly model: string;
  readonly text: string;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly tool_calls: readonly { readonly name: string; readonly arguments: unknown }[];
}

export function readWholeAnswer(body: WholeAnswer, startedAt: number): Answer {
  return {
    ...NO_ANSWER,
    state: "done",
    target: `${body.provider}/${body.model}`,
    text: body.text,
    reasoning: body.content
      .filter(({ type }) => type === "reasoning")
      .map(({ text }) => text ?? "")
      .join(""),
    toolCalls: body.tool_calls.map((call) => ({
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    })),
    ending: body,
    totalMs: performance.now() - startedAt,
    events: [JSON.stringify(body, null, 2)],
  };
}
