import { connect, type Socket } from "node:net";

export interface RawAnswer {
  /** 0 if the connection was closed without an answer. */
  status: number;
  /** The status line and the headers, as they came. */
  head: string;
  text: string;
}

export interface RawConnection {
  /**
   * Writes bytes as they are; settles when they are handed to the system, or the connection is
   * closed.
   */
  write(bytes: string | Uint8Array): Promise<void>;
  /**
   * The answer, once it has begun: its status line, and its body until it is complete or the
   * connection closes.
   */
  answer: Promise<RawAnswer>;
  /** Whether an answer has begun to arrive, or the connection is closed. */
  answered(): boolean;
  /** Whether the connection is closed. */
  closed(): boolean;
  close(): void;
}

function parseAnswer(bytes: Buffer): { status: number; headers: string; body: Buffer } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  return {
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0),
    headers: head,
    body: bytes.subarray(headEnd + 4),
  };
}

function isComplete(headers: string, body: Buffer): boolean {
  const length = /^content-length: *(\d+)/im.exec(headers)?.[1];
  return length === undefined ? body.includes("0\r\n\r\n") : body.byteLength >= Number(length);
}

/** A connection on which a request can be written that no HTTP client would send. */
export function openRawConnection(url: string): RawConnection {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = Buffer.alloc(0);
  let closed = false;
  const { promise: answer, resolve } = Promise.withResolvers<RawAnswer>();

  function settle(): void {
    const parsed = parseAnswer(received);
    resolve({
      status: parsed?.status ?? 0,
      head: parsed?.headers ?? "",
      text: parsed?.body.toString("utf8") ?? "",
    });
  }
  socket.on("data", (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    const parsed = parseAnswer(received);
    if (parsed && isComplete(parsed.headers, parsed.body)) settle();
  });
  const { promise: whenClosed, resolve: close } = Promise.withResolvers<void>();
  for (const event of ["close", "error", "end"]) {
    socket.on(event, () => {
      closed = true;
      close();
      settle();
    });
  }
  return {
    answer,
    answered: () => closed || received.byteLength > 0,
    closed: () => closed,
    close: () => {
      socket.destroy();
    },
    write(bytes) {
      if (closed) return Promise.resolve();
      const { promise: written, resolve: done } = Promise.withResolvers<void>();
      socket.write(bytes, () => done());
      return Promise.race([written, whenClosed]);
    },
  };
}

/** Sends one request, its head line by line as given, and returns the answer. */
export async function sendRaw(
  url: string,
  head: readonly string[],
  body: string | Uint8Array = "",
): Promise<RawAnswer> {
  const connection = openRawConnection(url);
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  const lines = [
    ...head,
    `host: ${new URL(url).host}`,
    `content-length: ${length}`,
    "connection: close",
    "",
    "",
  ];
  await connection.write(lines.join("\r\n"));
  if (length > 0) await connection.write(body);
  const answer = await connection.answer;
  connection.close();
  return answer;
}
