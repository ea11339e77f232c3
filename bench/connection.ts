// A caller's connection on a bare socket: the cheapest way to make many calls, so that a load takes
// little of the machine from what it measures.
import type { Socket } from "bun";
import { END_OF_CHUNKS, MARKER, TIME_DIGITS } from "./wire.ts";

/** Told what comes of a call. */
export interface Listener {
  /** A delta, or a piece of a whole answer's text, and when it was sent (µs since 1970) if told. */
  onContent(sentAt: number): void;
  /** The answer is there, and had status 200 and content. */
  onEnd(isGood: boolean): void;
}

export interface Connection {
  /** One call at a time. */
  send(request: Buffer, listener: Listener): void;
  close(): void;
}

const MARKER_BYTES = Buffer.from(MARKER);

interface State {
  unsent: Buffer;
  listener: Listener;
  head: string;
  status: string;
  hasContent: boolean;
  /** Bytes of the body that are to come; infinite until a chunked body ends. */
  remaining: number;
}

function readContent(bytes: Buffer, state: State): void {
  for (let at = bytes.indexOf(MARKER_BYTES); at !== -1; ) {
    const digits = at + MARKER_BYTES.length;
    state.hasContent = true;
    state.listener.onContent(Number(bytes.toString("latin1", digits, digits + TIME_DIGITS)));
    // One is enough of a whole answer, which repeats it.
    if (Number.isFinite(state.remaining)) return;
    at = bytes.indexOf(MARKER_BYTES, digits);
  }
}

function receive(bytes: Buffer, state: State): void {
  let body = bytes;
  if (state.status === "") {
    state.head += bytes.toString("latin1");
    const end = state.head.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = state.head.slice(0, end).toLowerCase();
    body = Buffer.from(state.head.slice(end + 4), "latin1");
    state.head = "";
    state.status = head.slice(9, 12);
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
    state.remaining = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
  }
  readContent(body, state);
  state.remaining -= body.length;
  const isEnd = Number.isFinite(state.remaining)
    ? state.remaining <= 0
    : body.subarray(-END_OF_CHUNKS.length).equals(Buffer.from(END_OF_CHUNKS));
  if (!isEnd) return;
  const isGood = state.status === "200" && state.hasContent;
  state.status = "";
  state.listener.onEnd(isGood);
}

function flush(socket: Socket<State>): void {
  const { data } = socket;
  if (data.unsent.length > 0) data.unsent = data.unsent.subarray(socket.write(data.unsent));
}

export async function connect(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const idle: Listener = { onContent() {}, onEnd() {} };
  const socket = await Bun.connect<State>({
    hostname,
    port: Number(port),
    data: {
      unsent: Buffer.alloc(0),
      listener: idle,
      head: "",
      status: "",
      hasContent: false,
      remaining: 0,
    },
    socket: {
      data: ({ data }, bytes) => receive(bytes, data),
      drain: flush,
      // A server that hangs up has not answered.
      close({ data }) {
        const { listener } = data;
        data.listener = idle;
        listener.onEnd(false);
      },
      error() {},
    },
  });
  return {
    send(request, listener) {
      Object.assign(socket.data, { unsent: request, listener, hasContent: false });
      flush(socket);
    },
    close() {
      socket.data.listener = idle;
      socket.terminate();
    },
  };
}

/** A request as bytes, made once for all its calls. */
export function formatRequest(url: string, headers: Record<string, string>, body: string): Buffer {
  const { host, pathname } = new URL(url);
  const lines = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
