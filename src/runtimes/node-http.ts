import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { chatErrors } from "../dialects/chat/encode-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { respondError } from "../http/respond.ts";
import type { Handle } from "./start.ts";
import type { Listener } from "./stop.ts";

/** How long a caller may take for the head of a request, or stay silent before one. */
const HEAD_TIMEOUT_MS = 15_000;
/** How long a connection without a request is kept; longer than most clients keep theirs. */
const KEEP_ALIVE_MS = 65_000;
const CHECK_MS = 1000;
/** How long a refused caller may go on sending before it reads the answer. */
const REFUSED_LINGER_MS = 5000;
/** How much of a request's body waits to be read. */
const BODY_QUEUE_BYTES = 256 * 1024;

/**
 * Listens with node's HTTP server, which does two things that `Deno.serve` does not (2.9):
 * - It tells of a caller who left before the answer began, also if the request's body came apart
 *   from its head, as most clients send it. Otherwise the vendor's answer would be paid in full.
 * - It closes the connections of callers who never send a whole head.
 *
 * A whole answer costs some 10 µs more than with `Deno.serve`, of 150. A caller who closes only its
 * own side of the connection counts as having left, as on Bun.
 */
export function listenHttp(
  handle: Handle,
  { port, hostname }: { port: number; hostname: string },
): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: HEAD_TIMEOUT_MS,
      // The body's time is BODY_TIMEOUT_MS.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
    (incoming, outgoing) => void answer(handle, incoming, outgoing),
  );
  const { promise, resolve, reject } = Promise.withResolvers<Listener>();
  server.once("error", reject);
  server.listen(port, hostname, () => {
    const address = server.address();
    resolve({
      port: typeof address === "object" && address ? address.port : port,
      stop: () => new Promise((stopped) => server.close(() => stopped())),
    });
  });
  return promise;
}

async function answer(
  handle: Handle,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const caller = new AbortController();
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) caller.abort();
  });
  const body = receiveBody(incoming);
  try {
    const response = await respond(handle, incoming, body.stream, caller.signal);
    body.discard(response.ok);
    await send(response, outgoing);
  } catch {
    // What the app throws, or a body that fails in its midst: the caller must not take it for
    // whole.
    outgoing.destroy();
  }
}

function respond(
  handle: Handle,
  incoming: IncomingMessage,
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  signal: AbortSignal,
): Promise<Response> | Response {
  const { method = "GET", url = "/", headers } = incoming;
  // `Request` refuses these.
  if (method === "TRACE" || method === "CONNECT" || method === "TRACK")
    return refuse("method_not_allowed");
  const address = url.startsWith("/") ? `http://${headers.host}${url}` : url;
  if (headers.host === undefined || !URL.canParse(address) || /[\s/@]/.test(headers.host))
    return refuse("invalid_request", "The Host header is missing or not valid.");
  return handle(new Request(address, { method, headers: copyHeaders(incoming), body, signal }));
}

function copyHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  return headers;
}

function refuse(code: ErrorCode, message?: string): Response {
  const error = new ChatError(code, message === undefined ? {} : { message });
  return respondError(error, chatErrors, crypto.randomUUID().replaceAll("-", ""));
}

interface ReceivedBody {
  /** Null if the request has none. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /**
   * Throws away what is still to come, so that the caller gets to read the answer; the connection
   * of a refused caller who does not stop is closed.
   */
  discard(accepted: boolean): void;
}

function receiveBody(incoming: IncomingMessage): ReceivedBody {
  const { method, headers } = incoming;
  const hasBody =
    method !== "GET" &&
    method !== "HEAD" &&
    (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0);
  let isWanted = true;
  const stream =
    hasBody &&
    new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start(controller) {
          incoming.on("data", (chunk: Buffer<ArrayBuffer>) => {
            if (!isWanted) return;
            controller.enqueue(chunk);
            if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
          });
          incoming.on("end", () => {
            if (isWanted) controller.close();
            isWanted = false;
          });
          incoming.on("close", () => {
            if (isWanted) controller.error(new Error("the caller left"));
          });
          // Followed by "close".
          incoming.on("error", () => {});
        },
        pull() {
          incoming.resume();
        },
        cancel() {
          isWanted = false;
          incoming.resume();
        },
      },
      { highWaterMark: BODY_QUEUE_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  return {
    stream: stream || null,
    discard(accepted) {
      isWanted = false;
      if (incoming.complete) return;
      incoming.resume();
      if (accepted) return;
      const timer = setTimeout(() => incoming.socket.destroy(), REFUSED_LINGER_MS);
      incoming.on("close", () => clearTimeout(timer));
    },
  };
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const { status, body } = response;
  const headers = Object.fromEntries(response.headers);
  if (!headers["content-type"]?.startsWith("text/event-stream")) {
    const bytes = await response.bytes();
    outgoing.writeHead(status, { ...headers, "content-length": bytes.byteLength }).end(bytes);
    return;
  }
  outgoing.writeHead(status, headers);
  if (!body) {
    outgoing.end();
    return;
  }
  const reader = body.getReader();
  outgoing.on("close", () => reader.cancel().catch(() => {}));
  outgoing.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

/** Settles when the connection takes more, or is closed. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done).off("close", done);
      resolve();
    };
    outgoing.on("drain", done).on("close", done);
    if (outgoing.destroyed) done();
  });
}
