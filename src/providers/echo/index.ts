import type { ChatEvent, EventBatch, EventStream } from "../../chat/event.ts";
import { abortReason } from "../../errors/abort-reason.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isErrorCode } from "../../errors/error-codes.ts";
import type { ProviderDeps } from "../../platform.ts";
import { sleep } from "../../upstream/sleep.ts";
import type { Provider, ProviderCall } from "../provider.ts";
import { echoCapabilities } from "./capabilities.ts";
import { createAnswer } from "./create-answer.ts";

/** The time between two events of `echo-slow`. */
const SLOW_MS = 200;

/**
 * A provider without a network that repeats the last user message, so that callers can test their
 * handling of answers, tools, and slow, cut and failing streams. Its models: `echo`, `echo-slow`,
 * `echo-cut`, and `echo-fail-<code>` for any of this server's error codes.
 */
export function createEchoProvider(deps: Pick<ProviderDeps, "randomId">): Provider {
  return {
    name: "echo",
    aliases: [],
    format: null,
    defaultModel: "echo",
    available: true,
    capabilities: echoCapabilities,
    async open(call) {
      const model = call.model.id;
      if (model.startsWith("echo-fail-")) throw createFailure(model.slice("echo-fail-".length));
      const events = createAnswer(call.request, model, deps.randomId);
      switch (model) {
        case "echo":
          return playBatches([events], call, 0);
        case "echo-slow":
          return playBatches(
            events.map((event) => [event]),
            call,
            SLOW_MS,
          );
        case "echo-cut":
          return playBatches([cutInHalf(events)], call, 0);
        default:
          throw new ChatError("model_not_found", {
            param: "model",
            message: "echo has the models echo, echo-slow, echo-cut and echo-fail-<code>.",
          });
      }
    },
  };
}

function createFailure(code: string): ChatError {
  if (isErrorCode(code))
    return new ChatError(code, code.endsWith("rate_limited") ? { retryAfterSeconds: 7 } : {});
  return new ChatError("model_not_found", {
    param: "model",
    message: "echo-fail- must be followed by one of this server's error codes.",
  });
}

/** The first half of the answer, ended like an upstream that stops before its own end marker. */
function cutInHalf(events: readonly ChatEvent[]): ChatEvent[] {
  return [
    ...events.slice(0, Math.ceil(events.length / 2)),
    { type: "error", error: new ChatError("upstream_incomplete") },
  ];
}

function playBatches(
  batches: readonly EventBatch[],
  call: ProviderCall,
  delayMs: number,
): EventStream {
  let next = 0;
  const closing = new AbortController();
  const ended = delayMs > 0 ? AbortSignal.any([call.signal, closing.signal]) : call.signal;

  return {
    format: null,
    async read() {
      const batch = batches[next];
      if (!batch) return null;
      if (delayMs > 0) await sleep(delayMs, ended);
      if (call.signal.aborted) {
        next = batches.length;
        const error = abortReason(call.signal);
        return [error.code === "cancelled" ? { type: "cancelled" } : { type: "error", error }];
      }
      next += 1;
      return batch;
    },
    close() {
      next = batches.length;
      closing.abort();
    },
  };
}
