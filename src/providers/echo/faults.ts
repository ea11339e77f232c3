import type { ChatEvent, EventBatch } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isErrorCode } from "../../errors/error-codes.ts";
import type { UpstreamTimeouts } from "../../platform.ts";

/**
 * What is played of an answer: batches, with waits between them. A wait of a call that ends is cut.
 */
export type Step = EventBatch | { waitMs: number };

/** A model of the echo provider that misbehaves, so that callers can test how they take it. */
export interface EchoFault {
  /** The model's name; `N` is a whole number. */
  readonly name: string;
  readonly meaning: string;
  /** The whole answer → what is played of it. Throws the error with which the call fails. */
  play(answer: readonly ChatEvent[], n: number, timeouts: UpstreamTimeouts): readonly Step[];
}

/** The time between two events of `echo-slow`. */
const SLOW_MS = 200;

function failure(error: ChatError): ChatEvent {
  return { type: "error", error };
}

function split(
  answer: readonly ChatEvent[],
  words: number,
): { before: ChatEvent[]; after: ChatEvent[] } {
  let seen = 0;
  const at = answer.findIndex((event) => {
    if (event.type === "part-delta") seen += 1;
    return event.type === "end" || seen > words;
  });
  return { before: answer.slice(0, at), after: answer.slice(at) };
}

/** Half of the answer's events, then the error. */
function cutInHalf(answer: readonly ChatEvent[]): Step[] {
  const half = answer.slice(0, Math.ceil(answer.length / 2));
  return [[...half, failure(new ChatError("upstream_incomplete"))]];
}

export const ECHO_FAULTS: readonly EchoFault[] = [
  {
    name: "echo-slow",
    meaning: `Answers word by word, ${SLOW_MS} ms apart.`,
    play: (answer) => answer.flatMap((event) => [{ waitMs: SLOW_MS }, [event]]),
  },
  {
    name: "echo-late-N",
    meaning: "Sends its first word after N milliseconds.",
    play(answer, n) {
      const { before, after } = split(answer, 0);
      return [before, { waitMs: n }, after];
    },
  },
  {
    name: "echo-silent",
    meaning: "Sends nothing, until the server gives up: `upstream_timeout`.",
    play: (_answer, _n, { headersMs }) => [
      { waitMs: headersMs },
      [failure(new ChatError("upstream_timeout"))],
    ],
  },
  {
    name: "echo-stall-N",
    meaning: "Stops after N words, until the server gives up: `upstream_stalled`.",
    play: (answer, n, { idleMs }) => [
      split(answer, n).before,
      { waitMs: idleMs },
      [failure(new ChatError("upstream_stalled"))],
    ],
  },
  {
    name: "echo-cut",
    meaning: "Ends in the middle without an end marker: `upstream_incomplete`.",
    play: cutInHalf,
  },
  {
    name: "echo-cut-N",
    meaning: "Ends after N words without an end marker: `upstream_incomplete`.",
    play: (answer, n) => [
      [...split(answer, n).before, failure(new ChatError("upstream_incomplete"))],
    ],
  },
  {
    name: "echo-reset-N",
    meaning: "The connection breaks after N words: `upstream_disconnected`.",
    play: (answer, n) => [
      [...split(answer, n).before, failure(new ChatError("upstream_disconnected"))],
    ],
  },
  {
    name: "echo-garbled-N",
    meaning: "Sends something unreadable after N words: `upstream_invalid_response`.",
    play: (answer, n) => [
      [...split(answer, n).before, failure(new ChatError("upstream_invalid_response"))],
    ],
  },
  {
    name: "echo-error-first",
    meaning: "Begins well, and its first event is an error: `upstream_overloaded`.",
    play: (answer) => [[...split(answer, 0).before, failure(new ChatError("upstream_overloaded"))]],
  },
  {
    name: "echo-error-N",
    meaning: "Sends an error after N words: `upstream_overloaded`.",
    play: (answer, n) => [
      [...split(answer, n).before, failure(new ChatError("upstream_overloaded"))],
    ],
  },
  {
    name: "echo-empty",
    meaning: "Ends well, with nothing in the answer.",
    play: (answer) => [answer.filter(({ type }) => type === "start" || type === "end")],
  },
  {
    name: "echo-filter-N",
    meaning: "Ends after N words with the finish reason `content_filter`.",
    play(answer, n) {
      const { before, after } = split(answer, n);
      const rest = after.flatMap((event): ChatEvent[] => {
        if (event.type === "part-end") return [event];
        if (event.type !== "end") return [];
        return [{ ...event, finish_reason: "content_filter", raw_finish_reason: "filter" }];
      });
      return [[...before, ...rest]];
    },
  },
  {
    name: "echo-busy-N",
    meaning: "Refuses with `upstream_rate_limited`, to be tried again after N seconds.",
    play(_answer, n) {
      throw new ChatError("upstream_rate_limited", { retryAfterSeconds: n });
    },
  },
];

const FAILS = "echo-fail-";

/** `echo-fail-<code>`: fails with any of this server's error codes, before it begins. */
export function failByCode(model: string): void {
  if (!model.startsWith(FAILS)) return;
  const code = model.slice(FAILS.length);
  if (isErrorCode(code))
    throw new ChatError(code, code.endsWith("rate_limited") ? { retryAfterSeconds: 7 } : {});
  throw new ChatError("model_not_found", {
    param: "model",
    message: `${FAILS} must be followed by one of this server's error codes.`,
  });
}

/** Largest N. */
const MAX_N = 1_000_000;

/** The fault that a model's name asks for, with its number; undefined if there is none. */
export function findFault(model: string): { fault: EchoFault; n: number } | undefined {
  const exact = ECHO_FAULTS.find(({ name }) => name === model);
  if (exact) return { fault: exact, n: 0 };
  const [, stem, digits] = /^(.*)-(\d{1,7})$/.exec(model) ?? [];
  const fault = ECHO_FAULTS.find(({ name }) => name === `${stem}-N`);
  return fault && { fault, n: Math.min(Number(digits), MAX_N) };
}
