// A stand-in for Anthropic on bare sockets, so that it leaves the machine to what is measured: a
// whole answer of 2 KB, or a stream. The model's name says which: `bench-10` is a stream with a
// delta each 10 ms until the caller leaves; `bench-once` is a stream of one delta that ends. Each
// delta tells when it was sent.
import type { Socket } from "bun";
import { END_OF_CHUNKS, MARKER, now } from "./wire.ts";

const START = {
  id: "msg_bench",
  type: "message",
  role: "assistant",
  model: "bench",
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 25, output_tokens: 1 },
};
const WHOLE = JSON.stringify({
  ...START,
  content: [{ type: "text", text: `The ${MARKER}jumps over the lazy dog. `.repeat(45) }],
  stop_reason: "end_turn",
  usage: { input_tokens: 25, output_tokens: 450 },
});

function formatEvent(event: { type: string } & Record<string, unknown>): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function formatChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function formatDelta(): string {
  const text = `${MARKER}${now()} `;
  const delta = { type: "text_delta", text };
  return formatChunk(formatEvent({ type: "content_block_delta", index: 0, delta }));
}

const head = (type: string, length: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${length}\r\n\r\n`;
const WHOLE_ANSWER =
  head("application/json", `Content-Length: ${Buffer.byteLength(WHOLE)}`) + WHOLE;
const STREAM_HEAD =
  head("text/event-stream; charset=utf-8", "Transfer-Encoding: chunked") +
  formatChunk(
    formatEvent({ type: "message_start", message: START }) +
      formatEvent({
        type: "content_block_start",
        index: 0,
        content_block: { type: "text", text: "" },
      }),
  );
const STREAM_END =
  formatChunk(
    formatEvent({ type: "content_block_stop", index: 0 }) +
      formatEvent({
        type: "message_delta",
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 450 },
      }) +
      formatEvent({ type: "message_stop" }),
  ) + END_OF_CHUNKS;

type Caller = Socket<{ request: Buffer[]; stopStream: () => void }>;

/**
 * Streams with the same delay, spread over it evenly: one timer for all, which at each tick serves
 * the slots that are due.
 */
function createWheel(delayMs: number): (caller: Caller) => () => void {
  const slots = Array.from({ length: delayMs }, () => new Set<Caller>());
  let done = Math.floor(performance.now());
  let next = 0;
  setInterval(() => {
    for (const due = Math.floor(performance.now()); done < due; done++) {
      const slot = slots[done % delayMs] ?? new Set();
      if (slot.size === 0) continue;
      const delta = formatDelta();
      for (const caller of slot) caller.write(delta);
    }
  }, 1);
  return (caller) => {
    // A step that meets every slot, and neighbours late.
    next = (next + 7) % delayMs;
    const slot = slots[next];
    slot?.add(caller);
    return () => slot?.delete(caller);
  };
}

const wheels = new Map<number, ReturnType<typeof createWheel>>();

function answer(caller: Caller, request: string): void {
  if (!request.includes('"stream":true')) {
    caller.write(WHOLE_ANSWER);
    return;
  }
  const [, delay] = /"bench-(\d+|once)"/.exec(request) ?? [];
  if (delay === "once") {
    caller.write(STREAM_HEAD + formatDelta() + STREAM_END);
    return;
  }
  const delayMs = Number(delay);
  const wheel = wheels.get(delayMs) ?? createWheel(delayMs);
  wheels.set(delayMs, wheel);
  caller.write(STREAM_HEAD + formatDelta());
  caller.data.stopStream = wheel(caller);
}

/** The request once it has arrived, or null. */
function readRequest(pieces: Buffer[]): string | null {
  const start = pieces[0] ?? Buffer.alloc(0);
  const headEnd = start.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  if (start.indexOf("GET ") === 0) return "";
  const length = /\r\ncontent-length: *(\d+)/i.exec(start.toString("latin1", 0, headEnd + 2))?.[1];
  const arrived = pieces.reduce((sum, piece) => sum + piece.length, 0) - headEnd - 4;
  const isWhole =
    length === undefined
      ? Buffer.concat(pieces.slice(-2)).includes(END_OF_CHUNKS)
      : arrived >= Number(length);
  return isWhole ? pieces.map((piece) => piece.toString("latin1")).join("") : null;
}

const server = Bun.listen<Caller["data"]>({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  socket: {
    open(caller) {
      caller.data = { request: [], stopStream() {} };
    },
    data(caller, bytes) {
      const { request } = caller.data;
      // The head in one piece, whatever the pieces were.
      if (request.length === 1 && request[0]?.includes("\r\n\r\n") === false)
        request[0] = Buffer.concat([request[0], bytes]);
      else request.push(Buffer.from(bytes));
      const whole = readRequest(request);
      if (whole === null) return;
      caller.data.request = [];
      if (whole === "") caller.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      else answer(caller, whole);
    },
    close(caller) {
      caller.data.stopStream();
    },
    error() {},
  },
});
process.stdout.write(`http://127.0.0.1:${server.port}\n`);
