import type { ChatEvent, EventStream, Warning } from "../../src/chat/event.ts";
import type { ModelInfo } from "../../src/chat/model.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import type { Platform, ProviderDeps, UpstreamTimeouts } from "../../src/platform.ts";
import type { AnswerCall, Provider, UnavailableProvider } from "../../src/providers/provider.ts";
import { createTimerWheel } from "../../src/runtimes/timer-wheel.ts";
import { requireAvailable } from "./require-available.ts";

export interface PlayedResponse {
  status?: number;
  headers?: Record<string, string>;
  /** The body: text, or bytes, or the pieces in which it arrives. */
  body?: string | Uint8Array | readonly Uint8Array[];
  /** What comes after the last piece. Default: the body is complete. */
  end?: "complete" | "error" | "stall";
}

/** An event stream that arrives in these pieces. */
export function sseResponse(
  body: string | Uint8Array | readonly Uint8Array[],
  end: NonNullable<PlayedResponse["end"]> = "complete",
): PlayedResponse {
  return { headers: { "content-type": "text/event-stream; charset=utf-8" }, body, end };
}

export function jsonResponse(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): PlayedResponse {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

export interface PlayedCall {
  url: string;
  init: RequestInit;
  headers: Headers;
  body: string;
  /** Whether our side gave the answer up (abort or cancel). */
  aborted(): boolean;
}

export interface PlayedFetch {
  fetch: Platform["fetch"];
  calls: PlayedCall[];
}

/**
 * A `fetch` without a network: the first call gets the first response, the last response serves all
 * further calls. It obeys `signal` as fetch does.
 */
export function playResponses(
  ...responses: readonly (PlayedResponse | ((call: PlayedCall) => PlayedResponse))[]
): PlayedFetch {
  const calls: PlayedCall[] = [];
  async function fetch(input: string, init: RequestInit): Promise<Response> {
    let aborted = false;
    const call: PlayedCall = {
      url: input,
      init,
      headers: new Headers(init.headers),
      body: init.body ? await new Response(init.body).text() : "",
      aborted: () => aborted,
    };
    const chosen = responses[Math.min(calls.length, responses.length - 1)];
    if (!chosen) throw new Error("playResponses was given no response");
    calls.push(call);
    init.signal?.throwIfAborted();
    const response = typeof chosen === "function" ? chosen(call) : chosen;
    const body = createBody(response, init.signal ?? undefined, () => {
      aborted = true;
    });
    return new Response(body, { status: response.status ?? 200, headers: response.headers ?? {} });
  }
  return { fetch, calls };
}

function toPieces(body: PlayedResponse["body"]): readonly Uint8Array[] {
  if (body === undefined) return [];
  if (typeof body === "string") return [new TextEncoder().encode(body)];
  return body instanceof Uint8Array ? [body] : body;
}

function createBody(
  response: PlayedResponse,
  signal: AbortSignal | undefined,
  onGivenUp: () => void,
): ReadableStream<Uint8Array> {
  const pieces = toPieces(response.body);
  let at = 0;
  let over = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        signal?.addEventListener("abort", () => {
          if (over) return;
          over = true;
          onGivenUp();
          controller.error(new DOMException("The operation was aborted.", "AbortError"));
        });
      },
      async pull(controller) {
        // One piece per turn of the event loop, as sockets give them: a reader never gets two
        // pieces in one read.
        await new Promise((resolve) => setImmediate(resolve));
        if (over) return;
        const piece = pieces[at];
        if (piece) {
          at += 1;
          controller.enqueue(piece);
        } else if (response.end === "stall") {
          await new Promise(() => {});
        } else {
          over = true;
          if (response.end === "error") controller.error(new TypeError("terminated"));
          else controller.close();
        }
      },
      cancel() {
        over = true;
        onGivenUp();
      },
    },
    { highWaterMark: 0 },
  );
}

export interface PlayOptions {
  /** Default: the user says `Hi`. */
  request?: ChatRequest;
  model?: ModelInfo;
  stream?: boolean;
}

/** Opens a call of the provider that is answered by this response. */
export function playAnswer(
  create: (deps: ProviderDeps) => Provider | UnavailableProvider,
  response: PlayedResponse,
  { request = { messages: [{ role: "user", content: "Hi" }] }, ...options }: PlayOptions = {},
): Promise<EventStream> {
  const provider = requireAvailable(create(createTestDeps(playResponses(response).fetch)));
  return provider.open(createTestCall(request, options));
}

/** All events of an answer, in order. */
export async function collectEvents(stream: EventStream): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for (let batch = await stream.read(); batch; batch = await stream.read()) events.push(...batch);
  return events;
}

/** Longer than anything here takes, on a busy machine too. */
export const TIMEOUTS: UpstreamTimeouts = {
  headersMs: 60_000,
  answerMs: 60_000,
  idleMs: 60_000,
  progressMs: 60_000,
  totalMs: 60_000,
};

/**
 * What a provider is given in a test. Ids are `id1`, `id2`, …; the clock is the real one unless it
 * is passed in.
 */
export function createTestDeps(
  fetch: Platform["fetch"],
  overrides: { now?: () => number; timeouts?: Partial<UpstreamTimeouts> } = {},
): ProviderDeps {
  let ids = 0;
  return {
    fetch,
    now: overrides.now ?? Date.now,
    randomId: () => {
      ids += 1;
      return `id${ids}`;
    },
    every: createTimerWheel(),
    timeouts: { ...TIMEOUTS, ...overrides.timeouts },
  };
}

/** One call of a provider, with the warnings it gives. */
export function createTestCall(
  request: ChatRequest,
  options: { model?: ModelInfo; stream?: boolean; signal?: AbortSignal } = {},
): AnswerCall & { warnings: Warning[] } {
  const warnings: Warning[] = [];
  return {
    request,
    model: options.model ?? { id: request.model ?? "test-model" },
    stream: options.stream ?? request.stream ?? false,
    requestId: "req_test",
    signal: options.signal ?? new AbortController().signal,
    waitUntil: () => {},
    warn: (warning) => warnings.push(warning),
    warnings,
  };
}
