import { streamMessage } from "../stream-anthropic-message.ts";
import { startUpstream, type Upstream, type UpstreamRequest } from "../upstream.ts";
import { type Answer, jsonAnswer, rawAnswer, silentAnswer, sseAnswer } from "../upstream-answer.ts";

/** What the vendor does in answer to a call. The prompt names it: `soak <behaviour> <number>`. */
export const BEHAVIOURS = {
  well: { isFault: false, answer: answerWell },
  slow: { isFault: false, answer: (text, stream) => answerWell(text, stream, 40) },
  large: { isFault: false, answer: (_text, stream) => answerWell(LARGE, stream) },
  overloaded: { isFault: true, answer: () => jsonAnswer({}, { status: 529 }) },
  failing: { isFault: true, answer: () => jsonAnswer({}, { status: 500 }) },
  refusing: { isFault: true, answer: () => rawAnswer("", "reset") },
  garbage: { isFault: true, answer: () => rawAnswer("HTTP/1.1 200 OK\r\nno header\r\n\r\n") },
  silent: { isFault: true, answer: silentAnswer },
  cut: { isFault: true, answer: (text, stream) => answerHalf(text, stream, "cut") },
  reset: { isFault: true, answer: (text, stream) => answerHalf(text, stream, "reset") },
  stalled: { isFault: true, answer: (text, stream) => answerHalf(text, stream, "stall") },
  endless: { isFault: true, answer: (text, stream) => answerHalf(text, stream, "complete") },
} as const satisfies Record<
  string,
  { isFault: boolean; answer(text: string, stream: boolean): Answer }
>;
export type Behaviour = keyof typeof BEHAVIOURS;

/** A text that needs more than the buffers between a vendor and a caller who does not read. */
const LARGE = "x".repeat(3_000_000);

export function textOf(behaviour: Behaviour, call: number): string {
  return behaviour === "large" ? LARGE : `Answer ${call}: ${"word ".repeat(20)}`;
}

function messageOf(text: string) {
  return {
    id: "msg_soak",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-5-5",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 12, output_tokens: 30 },
  };
}

/** One piece for a large text: it is about bytes, not events. */
function piecesOf(text: string): string[] {
  const pieces = streamMessage(messageOf(text === LARGE ? "|" : text));
  if (text !== LARGE) return pieces;
  const part = LARGE.slice(0, LARGE.length / 50);
  return pieces.flatMap((piece) =>
    piece.includes("text_delta") ? new Array(50).fill(piece.replace("|", part)) : [piece],
  );
}

function answerWell(text: string, stream: boolean, pauseMs = 0): Answer {
  if (!stream) return jsonAnswer(messageOf(text), { delayMs: 20 + pauseMs * 5 });
  return sseAnswer(piecesOf(text), { pauseMs, delayMs: 10 });
}

function answerHalf(text: string, stream: boolean, end: Answer["end"]): Answer {
  if (stream) {
    const pieces = piecesOf(text);
    return sseAnswer(pieces.slice(0, pieces.length / 2), { end });
  }
  const half = JSON.stringify(messageOf(text)).slice(0, 120);
  return {
    headers: { "content-type": "application/json" },
    pieces: [new TextEncoder().encode(half)],
    end,
  };
}

export interface SoakVendor {
  readonly url: string;
  /** When this call came, by `performance.now()`; undefined if it has not. */
  seenAt(call: number): number | undefined;
  /** Calls that are neither answered to their end nor closed. */
  openCalls(): number;
  stop(): Promise<void>;
}

/** Plays Claude's API, and knows which of its calls are still open. */
export async function startSoakVendor(): Promise<SoakVendor> {
  const upstream: Upstream = await startUpstream();
  const seen = new Map<number, number>();
  const open = new Map<UpstreamRequest, Answer["end"]>();
  upstream.respond = (request) => {
    upstream.requests.length = 0;
    const text = request.text();
    const [, name = "", call = ""] = /soak (\w+) (\d+)/.exec(text) ?? [];
    const isStream = /"stream":true/.test(text);
    if (!isBehaviour(name)) return jsonAnswer({}, { status: 400 });
    const answer = BEHAVIOURS[name].answer(textOf(name, Number(call)), isStream);
    open.set(request, answer.end);
    seen.set(Number(call), performance.now());
    return answer;
  };
  return {
    url: upstream.url,
    seenAt: (call) => seen.get(call),
    openCalls() {
      for (const [request, end] of open)
        if (request.closedAt !== undefined || (request.answered && end !== "stall"))
          open.delete(request);
      return open.size;
    },
    stop: () => upstream.stop(),
  };
}

function isBehaviour(name: string): name is Behaviour {
  return Object.hasOwn(BEHAVIOURS, name);
}
