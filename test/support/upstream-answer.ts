/**
 * How an answer ends: complete; the connection closed (FIN) or reset (RST) in its midst; or nothing
 * more, the connection left open.
 */
export type AnswerEnd = "complete" | "cut" | "reset" | "stall";

/** What an upstream does in answer to one request. */
export interface Answer {
  /** Waits this long before the first byte. */
  delayMs?: number;
  /** Waited for before the first byte. */
  after?: Promise<unknown>;
  status?: number;
  headers?: Record<string, string>;
  /** Sent in place of status line and headers, as it is. */
  rawHead?: string;
  /** The body's pieces; a number is a wait in milliseconds, a promise is waited for. */
  pieces: readonly (Uint8Array | number | Promise<unknown>)[];
  end: AnswerEnd;
  /** Whether the length goes out in `content-length`; else the body is chunked. */
  lengthKnown?: boolean;
}

const encoder = new TextEncoder();

/** A whole JSON answer. */
export function jsonAnswer(
  body: unknown,
  options: Pick<Answer, "status" | "headers" | "delayMs" | "after"> = {},
): Answer {
  return {
    ...options,
    headers: { "content-type": "application/json", ...options.headers },
    pieces: [encoder.encode(typeof body === "string" ? body : JSON.stringify(body))],
    end: "complete",
    lengthKnown: true,
  };
}

export interface SseAnswerOptions {
  headers?: Record<string, string>;
  /** Before the first byte, headers included. */
  delayMs?: number;
  /** Waited for before the first byte. */
  after?: Promise<unknown>;
  /** Before each piece but the first. */
  pauseMs?: number;
  end?: AnswerEnd;
}

/** A streamed answer in these pieces. */
export function sseAnswer(
  pieces: string | Uint8Array | readonly (string | Uint8Array | number | Promise<unknown>)[],
  options: SseAnswerOptions = {},
): Answer {
  const { headers, pauseMs = 0, end = "complete", ...rest } = options;
  const list = typeof pieces === "string" || pieces instanceof Uint8Array ? [pieces] : pieces;
  const steps: (Uint8Array | number | Promise<unknown>)[] = [];
  for (const piece of list) {
    if (pauseMs > 0 && steps.length > 0) steps.push(pauseMs);
    steps.push(typeof piece === "string" ? encoder.encode(piece) : piece);
  }
  return {
    ...rest,
    headers: { "content-type": "text/event-stream; charset=utf-8", ...headers },
    pieces: steps,
    end,
  };
}

/** Not a byte, ever. */
export function silentAnswer(): Answer {
  return { rawHead: "", pieces: [], end: "stall" };
}

/** These bytes in place of an HTTP answer, then the end. */
export function rawAnswer(bytes: string, end: AnswerEnd = "cut"): Answer {
  return { rawHead: bytes, pieces: [], end };
}
