import { TEXT_FIXTURE } from "../anthropic-fixtures.ts";
import { streamMessage } from "../stream-anthropic-message.ts";
import { type Answer, jsonAnswer, rawAnswer, silentAnswer, sseAnswer } from "../upstream-answer.ts";

/**
 * The limits of the server under test, in milliseconds: each far from the next on a busy machine.
 */
export const LIMITS = { firstContentMs: 1500, upstreamMs: 4000 } as const;
/** When a slow vendor sends its first content. */
const LATE_MS = 2500;

/**
 * Outcomes of the first target's attempts, as `code` or `code (reason)`; `|` between two that may
 * be.
 */
type Tries = readonly string[];

/** What a call comes to whose first target fails in this way. */
export type Expected =
  /**
   * The fallback answers. Without one, the call fails with the code in `alone` (default: that of
   * the last try), or `answers`.
   */
  | { tries: Tries; alone?: string }
  /** The caller has seen content: the stream ends with this error, fallback or not. */
  | { breaks: string }
  /** The first target's answer stands, fallback or not. */
  | { finish: string };

export interface FallbackCase {
  readonly name: string;
  /** Default: Claude, played by the test's upstream. */
  readonly target?: string;
  /** What the vendor does in answer to a call for a whole answer, and for a stream. */
  readonly whole?: { answer?: () => Answer; expected: Expected };
  readonly stream?: { answer?: () => Answer; expected: Expected };
}

const pieces = streamMessage(TEXT_FIXTURE.message);
const firstDelta = pieces.findIndex((piece) => piece.includes("text_delta"));
const beforeContent = pieces.slice(0, firstDelta);
const withContent = pieces.slice(0, firstDelta + 1);
const half = JSON.stringify(TEXT_FIXTURE.message).slice(0, 80);
const GARBAGE = 'event: content_block_delta\ndata: {"type":"content_block_delta",,\n\n';
/** Either, by where the runtime notices it. */
const BROKEN = "upstream_disconnected|upstream_incomplete";

const EMPTY_TRY = "upstream_invalid_response (empty_answer)";
const EMPTY: Tries = [EMPTY_TRY, EMPTY_TRY];

function errorBody(type: string, message = "no") {
  return { type: "error", error: { type, message } };
}

function errorEvent(type: string): string {
  return `event: error\ndata: ${JSON.stringify(errorBody(type))}\n\n`;
}

/** A failure with a status, which is the same for a whole answer and a stream. */
function refused(
  name: string,
  status: number,
  type: string,
  tries: Tries,
  options: { headers?: Record<string, string>; message?: string } = {},
): FallbackCase {
  const { headers = {}, message } = options;
  const answer = () => jsonAnswer(errorBody(type, message), { status, headers });
  const side = { answer, expected: { tries } };
  return { name, whole: side, stream: side };
}

function wholePieces(text: string, end: Answer["end"]): Answer {
  return {
    headers: { "content-type": "application/json" },
    pieces: [new TextEncoder().encode(text)],
    end,
  };
}

function emptyMessage(stop_reason: string) {
  return { ...TEXT_FIXTURE.message, content: [], stop_reason };
}

/** A target that no network leads to. */
function unreachable(name: string, target: string): FallbackCase {
  const side = { expected: { tries: ["upstream_unavailable", "upstream_unavailable"] } };
  return { name, target, whole: side, stream: side };
}

/** Every way in which the first target fails. docs/routing.md has this list as a table. */
export const FALLBACK_CASES: readonly FallbackCase[] = [
  refused(
    "429, retry-after 1",
    429,
    "rate_limit_error",
    ["upstream_rate_limited", "upstream_rate_limited"],
    { headers: { "retry-after": "1" } },
  ),
  refused("429, retry-after 30", 429, "rate_limit_error", ["upstream_rate_limited"], {
    headers: { "retry-after": "30" },
  }),
  refused("429, retry-after 120", 429, "rate_limit_error", ["upstream_rate_limited"], {
    headers: { "retry-after": "120" },
  }),
  refused("500", 500, "api_error", ["upstream_error", "upstream_error"]),
  refused("503", 503, "api_error", ["upstream_overloaded", "upstream_overloaded"]),
  refused("529", 529, "overloaded_error", ["upstream_overloaded", "upstream_overloaded"]),
  unreachable("connection refused", "refused/m"),
  unreachable("no such host", "nowhere/m"),
  {
    name: "silent before headers",
    whole: { answer: silentAnswer, expected: { tries: ["upstream_timeout"] } },
    stream: { answer: silentAnswer, expected: { tries: ["upstream_timeout (first_content)"] } },
  },
  {
    name: "silent after headers",
    whole: {
      answer: () => wholePieces(" ", "stall"),
      expected: { tries: ["upstream_timeout"] },
    },
    stream: {
      answer: () => sseAnswer(beforeContent, { end: "stall" }),
      expected: { tries: ["upstream_timeout (first_content)"], alone: "upstream_stalled" },
    },
  },
  {
    name: "first content later than the limit",
    stream: {
      answer: () => sseAnswer([...beforeContent, LATE_MS, ...pieces.slice(firstDelta)]),
      expected: { tries: ["upstream_timeout (first_content)"], alone: "answers" },
    },
  },
  {
    name: "stall in mid-stream",
    whole: {
      answer: () => wholePieces(half, "stall"),
      expected: { tries: ["upstream_timeout"] },
    },
    stream: {
      answer: () => sseAnswer(withContent, { end: "stall" }),
      expected: { breaks: "upstream_stalled" },
    },
  },
  {
    name: "cut before content",
    whole: {
      answer: () => rawAnswer(""),
      expected: { tries: [`${BROKEN}|upstream_unavailable`, `${BROKEN}|upstream_unavailable`] },
    },
    stream: {
      answer: () => sseAnswer(beforeContent, { end: "reset" }),
      expected: { tries: [BROKEN, BROKEN] },
    },
  },
  {
    name: "cut after content",
    whole: {
      answer: () => wholePieces(half, "reset"),
      expected: {
        tries: [`${BROKEN}|upstream_invalid_response`, `${BROKEN}|upstream_invalid_response`],
      },
    },
    stream: {
      answer: () => sseAnswer(withContent, { end: "reset" }),
      expected: { breaks: BROKEN },
    },
  },
  {
    name: "malformed first chunk",
    whole: {
      answer: () => wholePieces('{"type":"message",,', "complete"),
      expected: { tries: ["upstream_invalid_response", "upstream_invalid_response"] },
    },
    stream: {
      answer: () => sseAnswer([GARBAGE, ...pieces]),
      expected: { tries: ["upstream_invalid_response", "upstream_invalid_response"] },
    },
  },
  {
    name: "malformed later chunk",
    stream: {
      answer: () => sseAnswer([...withContent, GARBAGE, ...pieces.slice(firstDelta + 1)]),
      expected: { breaks: "upstream_invalid_response" },
    },
  },
  {
    name: "missing end marker",
    stream: {
      answer: () => sseAnswer(pieces.slice(0, -1)),
      expected: { breaks: "upstream_incomplete" },
    },
  },
  {
    name: "error as the first event of a 200",
    whole: {
      answer: () => jsonAnswer(errorBody("overloaded_error")),
      expected: { tries: ["upstream_overloaded", "upstream_overloaded"] },
    },
    stream: {
      answer: () => sseAnswer(errorEvent("overloaded_error")),
      expected: { tries: ["upstream_overloaded", "upstream_overloaded"] },
    },
  },
  {
    name: "error in mid-stream",
    stream: {
      answer: () => sseAnswer([...withContent, errorEvent("overloaded_error")]),
      expected: { breaks: "upstream_overloaded" },
    },
  },
  {
    name: "empty answer",
    whole: {
      answer: () => jsonAnswer(emptyMessage("end_turn")),
      expected: { tries: EMPTY, alone: "answers" },
    },
    stream: {
      answer: () => sseAnswer(streamMessage(emptyMessage("end_turn"))),
      expected: { tries: EMPTY, alone: "answers" },
    },
  },
  refused("context overflow", 400, "invalid_request_error", ["context_length_exceeded"], {
    message: "prompt is too long: 213462 tokens > 200000 maximum",
  }),
  {
    name: "content filter",
    whole: {
      answer: () => jsonAnswer(emptyMessage("refusal")),
      expected: { finish: "content_filter" },
    },
    stream: {
      answer: () => sseAnswer(streamMessage(emptyMessage("refusal"))),
      expected: { finish: "content_filter" },
    },
  },
  refused("wrong key", 401, "authentication_error", ["upstream_auth"]),
  refused("model unknown", 404, "not_found_error", ["model_not_found"]),
];

/** The code with which a call without a fallback fails; `answers` if it does not. */
export function failureAlone({ tries, alone }: { tries: Tries; alone?: string }): string {
  return alone ?? (tries.at(-1) ?? "").replace(/ \(.*\)/, "");
}
