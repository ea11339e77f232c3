import { computeCost } from "../catalog/compute-cost.ts";
import type { Attempt } from "../chat/attempt.ts";
import { checkMediaUrls } from "../chat/check-media-urls.ts";
import type { EventStream, Warning } from "../chat/event.ts";
import { foldEvents } from "../chat/fold-events.ts";
import type { AnswerContext, Dialect } from "../dialects/dialect.ts";
import { type ChatError, toChatError } from "../errors/chat-error.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { answerHeaders, respondError, respondJson, respondStream } from "../http/respond.ts";
import { attemptTargets } from "../routing/attempt.ts";
import { selectTarget } from "../routing/select-target.ts";
import { createWarningSink } from "../routing/warning-sink.ts";
import { observeStream } from "../stream/observe-stream.ts";
import { createStreamBody } from "../stream/stream-body.ts";
import { withDeadline } from "../stream/with-deadline.ts";
import { createAnswerObserver } from "../telemetry/observe-answer.ts";
import type { RequestContext, Server } from "./server.ts";

/** A dialect's endpoint: the whole way of a request, top to bottom. */
export function createGenerate(dialect: Dialect, server: Server) {
  const { platform, stream: settings } = server;

  return async function generate(
    request: Request,
    { requestId, startedAt, waitUntil }: RequestContext,
  ): Promise<Response> {
    const principal = await server.authenticator.authenticate(request, dialect.readToken);
    const chat = dialect.decodeRequest(
      await readJsonBody(request, server.bodyLimits),
      request.headers,
    );
    checkMediaUrls(chat.messages);
    const streamed = chat.stream ?? false;
    const target = selectTarget(chat, server, dialect.defaultProvider);

    // One controller for a request; a shutdown, the caller's leaving and a failed write all end in it.
    const controller = new AbortController();
    const warnings: Warning[] = [];
    const attempts: Attempt[] = [];
    const context: AnswerContext & { format: EventStream["format"] } = {
      requestId,
      request: chat,
      target: { provider: target.provider.name, model: target.model.id },
      format: target.provider.format,
      warnings,
      attempts,
      startedAt,
      cost: (usage) =>
        computeCost(usage, target.model, startedAt, (id) =>
          server.catalog.lookup(target.provider.name, id),
        ),
    };
    const observer = createAnswerObserver(platform.now);

    function finish(failure: ChatError | null): void {
      server.running.delete(controller);
      if (failure) controller.abort(failure);
      const usage = observer.usage();
      const code = failure?.code ?? observer.errorCode();
      const firstContentAt = observer.firstContentAt();
      server.log(code === null || code === "cancelled" ? "info" : "warn", "answer", {
        request_id: requestId,
        subject: principal.subject,
        dialect: dialect.name,
        provider: target.provider.name,
        model: target.model.id,
        stream: streamed,
        code: code ?? "ok",
        reason: failure?.logReason,
        finish_reason: observer.finishReason(),
        input_tokens: usage?.input_tokens,
        output_tokens: usage?.output_tokens,
        attempts: attempts.length,
        first_content_ms: firstContentAt === null ? null : firstContentAt - startedAt,
        duration_ms: platform.now() - startedAt,
      });
    }

    function fail(thrown: unknown): Response {
      const error = toChatError(thrown);
      finish(error);
      return respondError(error, dialect, requestId);
    }

    server.running.add(controller);
    const opening = attemptTargets([target], {
      request: chat,
      stream: streamed,
      requestId,
      signal: controller.signal,
      waitUntil,
      warn: createWarningSink(chat.strict ?? false, warnings),
      attempts,
      retry: server.retry,
      now: platform.now,
    });

    // Until the answer has begun, the caller's leaving ends it here; after that, a stream's body sees it.
    const onCallerGone = () => controller.abort();
    request.signal.addEventListener("abort", onCallerGone);
    if (request.signal.aborted) onCallerGone();
    try {
      if (!streamed) {
        const response = await foldEvents(observeStream(await opening, observer.observe));
        const body = dialect.encodeResponse(response, context);
        finish(null);
        return respondJson(body, requestId, 200, answerHeaders(dialect, requestId, warnings));
      }
      // Until the first content, or the end of the wait for it, a failure still has its true status.
      await withDeadline(opening, settings.commitAfterMs);
    } catch (thrown) {
      return fail(thrown);
    } finally {
      request.signal.removeEventListener("abort", onCallerGone);
    }
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    waitUntil(finished);
    const body = createStreamBody({
      source: opening,
      encoder: dialect.createStreamEncoder(context),
      heartbeatMs: settings.heartbeatMs,
      clientStallMs: settings.clientStallMs,
      callerSignal: request.signal,
      onBatch: observer.observe,
      onFinish(failure) {
        finish(failure);
        resolve();
      },
    });
    // A call that has not begun by now may still give warnings; they are at the stream's end alone.
    return respondStream(body, requestId, answerHeaders(dialect, requestId, warnings));
  };
}
