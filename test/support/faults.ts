import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { TEXT_FIXTURE } from "./anthropic-fixtures.ts";
import { streamMessage } from "./stream-anthropic-message.ts";

/** What a broken upstream writes to a connection once it has read the request. */
export type Fault = (socket: Socket, ownUrl: string) => void | Promise<void>;

const MIB = 1024 * 1024;
const PAUSE_MS = 100;
/** Longer than any test waits for what never comes. */
const STEPS = 600;

function head(status: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries({ ...headers, connection: "close" }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`;
}

const ERROR_TYPE = { "content-type": "application/json", "content-length": 5000 };
const SSE_TYPE = { "content-type": "text/event-stream; charset=utf-8" };
const SSE_HEAD = head("200 OK", {
  ...SSE_TYPE,
  "transfer-encoding": "chunked",
  "request-id": "req_fault",
});
const LAST_CHUNK = "0\r\n\r\n";

function chunk(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content);
  return Buffer.concat([
    Buffer.from(`${bytes.byteLength.toString(16)}\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
}

/** A whole answer, not a stream. */
function answer(
  status: string,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  const length = { "content-type": type, "content-length": Buffer.byteLength(body) };
  return (socket) => {
    socket.write(head(status, { ...length, ...headers }));
    socket.end(body);
  };
}

/** A whole stream, compressed. */
function packed(text: string): Fault {
  return answer("200 OK", SSE_TYPE["content-type"], gzipSync(text), { "content-encoding": "gzip" });
}

function refusal(
  status: string,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return answer(status, "application/json", errorBody(type, message), headers);
}

function errorBody(type: string, message: string): string {
  return JSON.stringify({ type: "error", error: { type, message }, request_id: "req_fault" });
}

/** A stream of these bytes that is complete by HTTP. */
function stream(...pieces: readonly (string | Uint8Array)[]): Fault {
  return (socket) => {
    socket.write(SSE_HEAD);
    for (const piece of pieces) socket.write(chunk(piece));
    socket.end(LAST_CHUNK);
  };
}

/** The same, but what comes then is not the end. */
function streamThen(text: string, then: (socket: Socket) => void | Promise<void>): Fault {
  return async (socket) => {
    socket.write(SSE_HEAD);
    socket.write(chunk(text));
    await then(socket);
  };
}

function textMessage(text: string): string[] {
  return streamMessage({ ...TEXT_FIXTURE.message, content: [{ type: "text", text }] });
}

const EVENTS = textMessage("Hello 🎉");
const HELLO = EVENTS.join("");
/** The start, the ping and the first piece of the text. */
const BEGUN = EVENTS.slice(0, 4).join("");
const START = EVENTS[0] ?? "";
const STOP = EVENTS[EVENTS.length - 1] ?? "";
const OVERLOADED = `event: error\ndata: ${errorBody("overloaded_error", "Overloaded")}\n\n`;

/** The text `a`, three bytes that are no UTF-8, and `b`. */
function withBadUtf8(): Uint8Array {
  const [before = "", after = ""] = textMessage("a|b").join("").split("|");
  return Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from(after)]);
}

/** Writes the same again and again, until the other side has closed. */
async function repeat(
  socket: Socket,
  text: string,
  framed: (text: string) => string | Uint8Array = chunk,
): Promise<void> {
  for (let step = 0; step < STEPS && !socket.destroyed; step++) {
    socket.write(framed(text));
    await Bun.sleep(PAUSE_MS);
  }
}

/** The first segment of the redirect's target. */
export const LEAK = "leak";

/** Ways in which an upstream of the Messages API can break, by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  ok: stream(HELLO),
  [LEAK]: stream(HELLO),
  // Refusals, by status and by body.
  e401: refusal("401 Unauthorized", "authentication_error", "invalid key: sk-ant-api03-ECHOED"),
  e429: refusal("429 Too Many Requests", "rate_limit_error", "slow", { "retry-after": "1" }),
  e429huge: answer("429 Too Many Requests", "application/json", "{}", { "retry-after": "86400" }),
  e529: refusal("529 Overloaded", "overloaded_error", "Overloaded"),
  html502: answer("502 Bad Gateway", "text/html", "<html>502 sk-ant-ECHO</html>"),
  html200: answer("200 OK", "text/html", "<html>captive portal</html>"),
  json200err: answer("200 OK", "application/json", errorBody("api_error", "x")),
  empty200: stream(),
  // An error whose body does not come: the status says enough.
  e529stall: (socket) => void socket.write(`${head("529 Overloaded", ERROR_TYPE)}{"error":`),
  e529drip: async (socket) => {
    socket.write(head("529 Overloaded", ERROR_TYPE));
    await repeat(socket, " ", (text) => text);
  },
  // Answers that are compressed although nobody asked for it.
  gzip: packed(HELLO),
  gzipfalse: answer("200 OK", SSE_TYPE["content-type"], HELLO, { "content-encoding": "gzip" }),
  gzipbomb: packed(`${START}data: ${"x".repeat(24 * MIB)}`),
  gzipbomb529: answer("529 Overloaded", "application/json", gzipSync(" ".repeat(24 * MIB)), {
    "content-encoding": "gzip",
  }),
  redirect: (socket, ownUrl) =>
    void socket.end(
      head("307 Temporary Redirect", {
        location: `${ownUrl}/${LEAK}/v1/messages`,
        "content-length": 0,
      }),
    ),
  // workerd takes a 103 for the answer.
  e100: (socket, ownUrl) => {
    socket.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
    return stream(HELLO)(socket, ownUrl);
  },
  // Streams that end early or in an error.
  errfirst: stream(OVERLOADED),
  errmid: stream(BEGUN, OVERLOADED),
  reset: streamThen(BEGUN, async (socket) => {
    await Bun.sleep(PAUSE_MS);
    socket.resetAndDestroy();
  }),
  fin: streamThen(BEGUN, async (socket) => {
    await Bun.sleep(PAUSE_MS);
    socket.end();
  }),
  trunc_clean: stream(BEGUN, 'event: content_block_delta\ndata: {"type":"content_blo'),
  nostop: stream(EVENTS.slice(0, -1).join("")),
  stop_noblank: stream(HELLO.replace(/\n\n$/, "\n")),
  badchunk: streamThen(START, (socket) => void socket.write("ZZZ\r\nfoo\r\n")),
  clshort: async (socket) => {
    socket.write(head("200 OK", { ...SSE_TYPE, "content-length": HELLO.length + 500 }));
    socket.write(BEGUN);
    await Bun.sleep(PAUSE_MS);
    socket.end();
  },
  // What comes after the end.
  dupstop: stream(HELLO, STOP, BEGUN),
  afterstop_stall: streamThen(HELLO, () => {}),
  // Silence, and what is as good as silence.
  nohead: () => {},
  stall: streamThen(BEGUN, () => {}),
  comments: streamThen(START, (socket) => repeat(socket, ": keepalive\n\n")),
  pings: streamThen(START, (socket) => repeat(socket, 'event: ping\ndata: {"type":"ping"}\n\n')),
  // The bytes of a stream.
  bytewise: async (socket) => {
    socket.write(SSE_HEAD);
    for (const byte of Buffer.from(HELLO)) {
      socket.write(chunk(Buffer.from([byte])));
      await Bun.sleep(0);
    }
    socket.end(LAST_CHUNK);
  },
  crlf: stream(HELLO.replaceAll("\n", "\r\n")),
  cr: stream(HELLO.replaceAll("\n", "\r")),
  bom: stream(`\ufeff${HELLO}`),
  badutf8: stream(withBadUtf8()),
  badjson: stream(
    BEGUN.replace(/\{"type":"content_block_delta".*/, "{not json SECRETPROMPT}"),
    STOP,
  ),
  noevent: stream(HELLO.replace(/event: .*\n/g, "")),
  unknownev: stream(
    START,
    'event: future_event\ndata: {"type":"future_event","x":1}\n\n',
    textMessage("Hello").slice(1).join(""),
  ),
  bigline: stream(bigLine(8 * MIB)),
  neverline: streamThen(`${START}data: `, async (socket) => {
    for (let sent = 0; sent < 64 && !socket.destroyed; sent++) {
      socket.write(chunk(Buffer.alloc(MIB, "x")));
      await Bun.sleep(5);
    }
    socket.end(LAST_CHUNK);
  }),
};

/** A stream whose text, of this size, is in one line. */
function bigLine(bytes: number): string {
  return textMessage("|").join("").replace("|", "x".repeat(bytes));
}
