import { createServer, type Socket } from "node:net";
import { createHttpRequestReader, type HttpRequest } from "./read-http-requests.ts";
import type { Answer } from "./upstream-answer.ts";

/** One request with what became of its connection. Times are those of `performance.now()`. */
export interface UpstreamRequest extends HttpRequest {
  receivedAt: number;
  text(): string;
  json(): unknown;
  /** When the caller closed the connection; undefined while it is open. */
  readonly closedAt: number | undefined;
  /** Waits until the caller closed the connection and gives the time; rejects after `timeoutMs`. */
  closed(timeoutMs: number): Promise<number>;
  /** Whether the answer was written to its end. */
  readonly answered: boolean;
}

/**
 * A vendor's server on loopback, in this process, that plays scripted answers and keeps what it was
 * asked.
 */
export interface Upstream {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly requests: UpstreamRequest[];
  /** Adds answers for the next requests. */
  enqueue(...answers: readonly Answer[]): void;
  /** What answers requests when the queue is empty. Without it they get a 500. */
  respond: ((request: UpstreamRequest) => Answer) | undefined;
  /** Waits until `count` requests came in all; gives the last of them. */
  waitForRequests(count: number, timeoutMs?: number): Promise<UpstreamRequest>;
  /** How many connections are open now, idle ones included. */
  openConnections(): number;
  /** Forgets requests and queued answers. */
  reset(): void;
  stop(): Promise<void>;
}

const NO_ANSWER: Answer = {
  status: 500,
  headers: { "content-type": "application/json" },
  pieces: [new TextEncoder().encode('{"error":"the test scripted no answer for this request"}')],
  end: "complete",
};

interface Connection {
  socket: Socket;
  closedAt: number | undefined;
  whenClosed: Promise<number>;
}

function acceptConnection(socket: Socket): Connection {
  const { promise, resolve } = Promise.withResolvers<number>();
  const connection: Connection = { socket, closedAt: undefined, whenClosed: promise };
  function onClose(): void {
    if (connection.closedAt !== undefined) return;
    connection.closedAt = performance.now();
    resolve(connection.closedAt);
  }
  // A half-closed connection counts as closed: no caller of a model keeps listening after it has
  // closed its side.
  socket.on("end", onClose);
  socket.on("close", onClose);
  socket.on("error", onClose);
  return connection;
}

/** Time for the other side to read what it was sent. */
const RESET_DELAY_MS = 100;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function withTimeout<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} did not happen within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function createRequest(
  request: HttpRequest,
  connection: Connection,
): UpstreamRequest & { answered: boolean } {
  return {
    ...request,
    receivedAt: performance.now(),
    answered: false,
    text: () => new TextDecoder().decode(request.body),
    json: () => JSON.parse(new TextDecoder().decode(request.body)),
    get closedAt() {
      return connection.closedAt;
    },
    closed: (timeoutMs) =>
      withTimeout(connection.whenClosed, timeoutMs, "closing the upstream's connection"),
  };
}

function formatHead(answer: Answer): string {
  if (answer.rawHead !== undefined) return answer.rawHead;
  const headers = new Headers(answer.headers);
  if (answer.lengthKnown) {
    const length = answer.pieces.reduce<number>(
      (sum, piece) => sum + (piece instanceof Uint8Array ? piece.byteLength : 0),
      0,
    );
    headers.set("content-length", String(length));
  } else headers.set("transfer-encoding", "chunked");
  let head = `HTTP/1.1 ${answer.status ?? 200} Scripted\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  return `${head}\r\n`;
}

function frame(bytes: Uint8Array, chunked: boolean): Uint8Array {
  if (!chunked) return bytes;
  return Buffer.concat([
    Buffer.from(`${bytes.byteLength.toString(16)}\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
}

/** Plays the answer; false if the connection was closed under it. */
async function playAnswer(answer: Answer, connection: Connection): Promise<boolean> {
  const { socket } = connection;
  const chunked = answer.rawHead === undefined && !answer.lengthKnown;
  if (answer.delayMs) await wait(answer.delayMs);
  await answer.after;
  if (connection.closedAt !== undefined) return false;
  const head = formatHead(answer);
  if (head !== "") socket.write(head);
  for (const piece of answer.pieces) {
    if (typeof piece === "number") await wait(piece);
    else if (piece instanceof Promise) await piece;
    else if (connection.closedAt === undefined && piece.byteLength > 0) {
      if (!socket.write(frame(piece, chunked)))
        await Promise.race([waitForDrain(socket), connection.whenClosed]);
    }
    if (connection.closedAt !== undefined) return false;
  }
  if (answer.end === "complete" && chunked) socket.write("0\r\n\r\n");
  else if (answer.end === "cut") socket.end();
  else if (answer.end === "reset") {
    // A reset throws away what the other side has not read yet.
    if (answer.pieces.length > 0) await wait(RESET_DELAY_MS);
    socket.resetAndDestroy();
  }
  return true;
}

function waitForDrain(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("drain", resolve));
}

/** Starts an upstream on a free port of loopback. */
export async function startUpstream(): Promise<Upstream> {
  const connections = new Set<Connection>();
  const requests: UpstreamRequest[] = [];
  const waiting = new Set<() => void>();
  let queue: Answer[] = [];

  const upstream: Upstream = {
    url: "",
    requests,
    respond: undefined,
    enqueue: (...answers) => {
      queue.push(...answers);
    },
    async waitForRequests(count, timeoutMs = 20_000) {
      const arrived = new Promise<UpstreamRequest>((resolve) => {
        const look = (): void => {
          const request = requests[count - 1];
          if (!request) return;
          waiting.delete(look);
          resolve(request);
        };
        waiting.add(look);
        look();
      });
      return withTimeout(arrived, timeoutMs, `request ${count} at the upstream`);
    },
    openConnections: () => connections.size,
    reset() {
      requests.length = 0;
      queue = [];
      upstream.respond = undefined;
    },
    stop() {
      for (const { socket } of connections) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  const server = createServer({ noDelay: true }, (socket) => {
    const connection = acceptConnection(socket);
    connections.add(connection);
    connection.whenClosed.then(() => connections.delete(connection));
    const reader = createHttpRequestReader();
    let previous: Promise<unknown> = Promise.resolve();
    socket.on("data", (bytes: Buffer) => {
      for (const parsed of reader.read(bytes)) {
        const request = createRequest(parsed, connection);
        requests.push(request);
        for (const look of [...waiting]) look();
        const answer = queue.shift() ?? upstream.respond?.(request) ?? NO_ANSWER;
        previous = previous.then(async () => {
          request.answered = await playAnswer(answer, connection);
        });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the upstream has no port");
  return Object.assign(upstream, { url: `http://127.0.0.1:${address.port}` });
}
