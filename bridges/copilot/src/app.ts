import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import {
  BridgeError,
  type BridgeErrorDetail,
  errorBody,
  invalidRequest,
  notAuthenticated,
} from "./bridge-error.ts";
import type { Piece } from "./read-events.ts";
import { readRequest } from "./read-request.ts";
import { CallerGone, runChat } from "./run-chat.ts";
import type { Runtime } from "./runtime.ts";
import type { Settings } from "./settings.ts";
import { createChunkWriter, writeCompletion } from "./write-answer.ts";

/** Longest silence towards a caller, before a comment is sent. */
const HEARTBEAT_MS = 5000;
const INTERNAL: BridgeErrorDetail = {
  status: 500,
  type: "server_error",
  code: "internal_error",
  message: "The bridge failed; its log says why.",
};

export interface App {
  fetch(request: Request): Promise<Response>;
  /** Settles once nothing of earlier answers is left at the runtime. */
  settled(): Promise<void>;
}

/** OpenAI's Chat Completions, answered by Copilot. */
export function createApp(settings: Pick<Settings, "secret" | "silenceMs">, runtime: Runtime): App {
  const background = new Set<Promise<void>>();
  const isAllowed = createGuard(settings.secret);

  function inBackground(work: Promise<void>): void {
    background.add(work);
    void work.then(() => background.delete(work));
  }

  async function answer(request: Request): Promise<Response> {
    const route = `${request.method} ${new URL(request.url).pathname}`;
    if (route === "GET /health") return Response.json({ status: "ok" });
    isAllowed(request);
    switch (route) {
      case "GET /v1/models":
        return Response.json(await listModels(runtime));
      case "POST /v1/chat/completions":
        return complete(request);
      default:
        throw new BridgeError({
          status: 404,
          type: "invalid_request_error",
          code: "not_found",
          message: "There is nothing here.",
        });
    }
  }

  async function complete(request: Request): Promise<Response> {
    const call = readRequest(await readJson(request));
    const gone = new AbortController();
    const onGone = () => gone.abort();
    if (request.signal.aborted) onGone();
    else request.signal.addEventListener("abort", onGone, { once: true });
    const pieces = runChat(call, runtime, {
      signal: gone.signal,
      silenceMs: settings.silenceMs,
      inBackground,
    });
    const head = {
      id: `chatcmpl-${randomUUID()}`,
      created: Math.floor(Date.now() / 1000),
      model: call.model,
    };
    if (!call.stream) return Response.json(await writeCompletion(pieces, head));
    // A failure before the first piece has its own HTTP status.
    const first = await pieces.next();
    const write = createChunkWriter(head, call.includeUsage);
    return new Response(streamPieces(first, pieces, write, onGone), {
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
  }

  return {
    async fetch(request) {
      try {
        return await answer(request);
      } catch (error) {
        const detail = describe(error);
        return Response.json(errorBody(detail), { status: detail.status });
      }
    },
    async settled() {
      while (background.size > 0) await Promise.all(background);
    },
  };
}

function streamPieces(
  first: IteratorResult<Piece, void>,
  pieces: AsyncGenerator<Piece, void>,
  write: (piece: Piece) => string,
  onGone: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream({
    async start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      heartbeat = setInterval(() => send(": waiting\n\n"), HEARTBEAT_MS);
      try {
        for (let next = first; !next.done; next = await pieces.next()) send(write(next.value));
      } catch (error) {
        if (error instanceof CallerGone) return;
        send(`data: ${JSON.stringify(errorBody(describe(error)))}\n\n`);
      } finally {
        clearInterval(heartbeat);
      }
      controller.close();
    },
    cancel() {
      clearInterval(heartbeat);
      onGone();
    },
  });
}

function describe(error: unknown): BridgeErrorDetail {
  if (error instanceof BridgeError) return error.detail;
  if (error instanceof CallerGone)
    return { ...INTERNAL, status: 499, code: "cancelled", message: "The caller left." };
  console.error(`the bridge failed: ${error instanceof Error ? error.stack : typeof error}`);
  return INTERNAL;
}

async function readJson(request: Request): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    throw new BridgeError({
      status: 415,
      type: "invalid_request_error",
      code: "unsupported_media_type",
      message: "Send the body as application/json.",
    });
  }
  try {
    return await request.json();
  } catch {
    throw invalidRequest("The body is not valid JSON.");
  }
}

async function listModels(runtime: Runtime) {
  const models = await runtime.listModels().catch(async (error: unknown) => {
    throw (await runtime.isAuthenticated()) ? error : notAuthenticated();
  });
  const usable = models.filter(({ policy }) => policy?.state !== "disabled");
  return {
    object: "list",
    data: usable.map(({ id }) => ({ id, object: "model", created: 0, owned_by: "github-copilot" })),
  };
}

/**
 * Lets in callers who send the secret. Without a secret, the caller must at least be a program on
 * this machine, not a web page in a browser.
 */
function createGuard(secret: string | null): (request: Request) => void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const wanted = secret === null ? null : digest(`Bearer ${secret}`);
  return (request) => {
    if (wanted) {
      if (timingSafeEqual(digest(request.headers.get("authorization") ?? ""), wanted)) return;
      throw new BridgeError({
        status: 401,
        type: "authentication_error",
        code: "invalid_api_key",
        message: "Send COPILOT_BRIDGE_TOKEN as a bearer token.",
      });
    }
    const { hostname } = new URL(request.url);
    if (!request.headers.has("origin") && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname))
      return;
    throw new BridgeError({
      status: 403,
      type: "permission_error",
      code: "permission_denied",
      message: "Without COPILOT_BRIDGE_TOKEN this bridge serves only programs on this machine.",
    });
  };
}
